#compdef quartet
# Completes command lines of quartet in zsh: source <(quartet completion zsh). Or put this file
# as _quartet into a folder of fpath.
_quartet() {
  local line
  local -a found
  while IFS= read -r line; do
    found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <("${words[1]}" completion words -- "${(@)words[2,CURRENT]}" 2>/dev/null)
  if (( $#found )); then
    _describe 'quartet' found
  else
    _files
  fi
}
if [[ $funcstack[1] = _quartet ]]; then
  _quartet "$@"
else
  compdef _quartet quartet
fi
