" Does in Vim what a person does, and writes what comes of it.

let s:result = {}

function! s:Found() abort
  return map(getloclist(0), '[v:val.lnum, v:val.text]')
endfunction

function! s:Has(text) abort
  return !empty(filter(s:Found(), 'v:val[1] =~# a:text'))
endfunction

function! s:Becomes(what, condition) abort
  for l:turn in range(3000)
    if a:condition()
      return
    endif
    sleep 20m
  endfor
  throw 'it does not become so: ' . a:what . ': ' . string(s:Found())
endfunction

function! s:Use() abort
  edit compose.yaml
  call s:Becomes('privileged is found', {-> s:Has('privileged mode grants')})
  let s:result.opened = s:Found()

  call setline(4, '    privileged: false')
  ALELint
  call s:Becomes('privileged is gone', {-> !s:Has('privileged mode grants')})
  let s:result.changed = s:Found()
endfunction

try
  call s:Use()
catch
  let s:result.failure = v:exception
endtry
call writefile([json_encode(s:result)], $DROPCAP_TEST_RESULTS)
qall!
