/** What a shell reads so that it completes our command lines. All of them ask `dumpbench __complete` (request.ts); the shell itself adds names of files. */
import type { CompletionShell } from '../../shared/completion-model.ts';

/**
 * Readline splits words at some characters that mean nothing to us (":" and "="): the pieces are put together, and of what comes back only the last piece is
 * given. An answer without words leaves names of files to readline, which quotes them.
 */
const bash = String.raw`# bash completion for dumpbench: dumpbench completion bash
_dumpbench() {
  local line=$COMP_LINE point=$COMP_POINT rest word piece= index kept path
  local -a words=()
  COMPREPLY=()
  # Pieces with nothing between them are one word.
  rest=$line
  for ((index = 0; index <= COMP_CWORD; index += 1)); do
    piece=${'$'}{COMP_WORDS[index]}
    word=${'$'}{rest%%[![:space:]]*}
    rest=${'$'}{rest:${'$'}{#word}}
    rest=${'$'}{rest:${'$'}{#piece}}
    if [[ -z $word && index -gt 0 ]]; then words[${'$'}{#words[@]} - 1]+=$piece; else words+=("$piece"); fi
  done
  # What follows the cursor does not count.
  local typed=${'$'}{words[${'$'}{#words[@]} - 1]} behind=${'$'}{line:point}
  behind=${'$'}{behind%%[[:space:]]*}
  [[ -n $behind && $typed == *"$behind" ]] && typed=${'$'}{typed%"$behind"}
  [[ -n $behind && $piece == *"$behind" ]] && piece=${'$'}{piece%"$behind"}
  # What readline keeps of the word, before the piece that it replaces.
  if [[ $piece == [:=] ]]; then kept=$typed; else kept=${'$'}{typed%"$piece"}; fi
  local paths= answer
  while IFS= read -r answer; do
    if [[ -z $paths ]]; then paths=$answer; continue; fi
    answer=${'$'}{answer%%$'\t'*}
    COMPREPLY+=("${'$'}{answer#"$kept"}")
  done < <("${'$'}{COMP_WORDS[0]}" __complete --raw -- "${'$'}{words[@]:1:${'$'}{#words[@]} - 2}" "$typed" 2>/dev/null)
  case $paths in
    files)
      # A name with a break in it, which readline would only see the end of.
      if [[ $typed != "$piece" && $typed != -* ]]; then
        compopt -o filenames
        for path in "$typed"*; do [[ -e $path ]] && COMPREPLY+=("${'$'}{path#"$kept"}"); done
      fi
      ;;
    folders) compopt -o dirnames +o default ;;
    *) compopt +o default +o bashdefault ;;
  esac
  if ((${'$'}{#COMPREPLY[@]} == 1)) && [[ ${'$'}{COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
}
complete -o bashdefault -o default -F _dumpbench dumpbench
`;

const zsh = String.raw`#compdef dumpbench
# zsh completion for dumpbench: dumpbench completion zsh
_dumpbench() {
  local -a answer known shown
  local line paths typed=${'$'}{(Q)PREFIX}
  answer=("${'$'}{(@f)$("${'$'}{(Q)words[1]}" __complete -- "${'$'}{(@Q)words[2,CURRENT-1]}" "$typed" 2>/dev/null)}")
  paths=$answer[1]
  for line in "${'$'}{(@)answer[2,-1]}"; do
    [[ -n $line ]] || continue
    known+=("${'$'}{line%%$'\t'*}")
    if [[ $line == *$'\t'* ]]; then shown+=("${'$'}{line/$'\t'/  -- }"); else shown+=("$line"); fi
  done
  (($#known)) && compadd -l -d shown -a known
  # After "--option=" comes a name as it would by itself.
  [[ $PREFIX == --*=* ]] && compset -P '*='
  case $paths in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [[ $funcstack[1] == _dumpbench ]]; then _dumpbench "$@"; else compdef _dumpbench dumpbench; fi
`;

const fish = String.raw`# fish completion for dumpbench: dumpbench completion fish
# Asked once for each state of the line; several of the rules below want to know.
function __dumpbench_answer
    set -l line (commandline -cp | string collect)
    if not set -q __dumpbench_asked; or test "$__dumpbench_asked" != "$line"
        set -g __dumpbench_asked $line
        set -l words (commandline -opc)
        set -l typed (commandline -ct | string unescape 2>/dev/null | string collect)
        set -g __dumpbench_said ($words[1] __complete -- $words[2..-1] "$typed" 2>/dev/null)
    end
end
function __dumpbench_adds
    __dumpbench_answer
    test "$__dumpbench_said[1]" = $argv[1]
end
function __dumpbench_words
    __dumpbench_answer
    printf '%s\n' $__dumpbench_said[2..-1]
end
complete -c dumpbench -n '__dumpbench_adds none' -f -a '(__dumpbench_words)'
complete -c dumpbench -n '__dumpbench_adds files' -F -a '(__dumpbench_words)'
complete -c dumpbench -n '__dumpbench_adds folders' -f -a '(__fish_complete_directories (commandline -ct | string unescape | string collect) "")'
`;

export const shellScripts: Readonly<Record<CompletionShell, string>> = { bash, zsh, fish };
