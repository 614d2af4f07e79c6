# Completes command lines of quartet in fish: quartet completion fish | source
function __quartet_complete
    set -l before (commandline -opc)
    set -l current (commandline -ct)
    set -l found ($before[1] completion words -- $before[2..-1] "$current" 2>/dev/null)
    if test (count $found) -gt 0
        printf '%s\n' $found
    else
        __fish_complete_path "$current"
    end
end
complete -c quartet -f -a '(__quartet_complete)'
