/** The files whose texts the server is shown. */

/** Of these languages, also texts that are in no file yet. */
const LANGUAGES = ["dockercompose", "dockerfile", "makefile", "shellscript"];

/**
 * By name, whatever language another extension gives them. All of YAML is here because any file of it may start
 * containers, or be a part of a Compose project: the server leaves the others alone. JSON that an engine has printed of
 * its containers is not: nobody writes it.
 */
const PATTERNS = [
  "**/*.{yml,yaml,YML,YAML}",
  "**/*.{sh,bash,ksh}",
  "**/*{Dockerfile,Containerfile,dockerfile,containerfile}*",
  "**/{GNUmakefile,Makefile,makefile}*",
  "**/*.mk",
  "**/{.justfile,justfile,Justfile}",
  "**/*.just",
  "**/{Jenkinsfile*,*.jenkinsfile}",
  "**/*.{container,kube,pod,service}",
  "**/*.service.d/*.conf",
  "**/{crontab,*.cron,*.crontab}",
  "**/cron.d/*",
  "**/{devcontainer,.devcontainer,package}.json",
  "**/docker-bake*.json",
  // What decides how the others are read.
  "**/{.env,.env.*,*.env}",
  "**/{.dropcap.toml,pyproject.toml,dropcap.lock}",
];

export const FILES: { scheme: string; language?: string; pattern?: string }[] = [
  ...LANGUAGES.flatMap((language) => ["file", "untitled"].map((scheme) => ({ language, scheme }))),
  ...PATTERNS.map((pattern) => ({ scheme: "file", pattern })),
];
