;;; Does in Emacs what a person does, and writes what comes of it.  -*- lexical-binding: t; -*-

(require 'flymake)
(require 'json)

(defvar patience 60)
(defvar result nil)

(defun keep (key value) (push (cons key value) result))

(defun found ()
  "Return the line and the text of each diagnostic."
  (mapcar (lambda (one)
            (vector (line-number-at-pos (flymake-diagnostic-beg one)) (flymake-diagnostic-text one)))
          (sort (flymake-diagnostics)
                (lambda (one other) (< (flymake-diagnostic-beg one) (flymake-diagnostic-beg other))))))

(defun has (rule)
  (seq-some (lambda (one) (string-match-p (format "\\[%s\\]" rule) (aref one 1))) (found)))

(defun becomes (what condition)
  (let ((until (+ (float-time) patience)))
    (while (not (funcall condition))
      (when (> (float-time) until)
        (error "It does not become so: %s: %S" what (found)))
      (accept-process-output nil 0.02)
      ;; Where there is a screen, this happens when nobody has pressed a key for half a second.
      (when eglot--managed-mode
        (eglot--signal-textDocument/didChange)
        (flymake-start)))))

(defun to (line column)
  (goto-char (point-min))
  (forward-line (1- line))
  (forward-char column))

(defun use ()
  (find-file "compose.yaml")
  (switch-to-buffer (current-buffer))
  (keep 'mode (symbol-name major-mode))
  (run-hooks 'post-command-hook)
  (becomes "the server is there" (lambda () (eglot-current-server)))
  (becomes "privileged is found" (lambda () (has "privileged")))
  (keep 'opened (vconcat (found)))

  (to 4 16)
  (delete-char 4)
  (insert "false")
  (becomes "privileged is gone" (lambda () (and (has "net-raw") (not (has "privileged")))))
  (keep 'changed (vconcat (found)))
  (delete-char -5)
  (insert "true")
  (becomes "privileged is back" (lambda () (has "privileged")))

  (to 6 10)
  ;; Eglot shows it where a window shows the buffer; without a screen none does.
  (let ((answer (jsonrpc-request (eglot-current-server) :textDocument/hover (eglot--TextDocumentPositionParams))))
    (keep 'hover (substring-no-properties (eglot--hover-info (plist-get answer :contents)))))

  (to 4 17)
  (let ((last-nonmenu-event t)
        (completing-read-function
         (lambda (_ items &rest _)
           (keep 'actions (vconcat (mapcar #'car items)))
           (car (seq-find (lambda (one) (string-match-p "gnore" (car one))) items)))))
    (funcall-interactively #'eglot-code-actions (point) (point) nil t))
  (becomes "the finding is accepted" (lambda () (not (has "privileged"))))
  (keep 'mended (buffer-string)))

(condition-case failure
    (use)
  (error (keep 'failure (error-message-string failure))))
(with-temp-file (getenv "DROPCAP_TEST_RESULTS")
  (insert (json-encode result)))
(kill-emacs)
