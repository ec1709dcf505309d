#!/usr/bin/env bash
# What may be used in one place only, its home: elsewhere it is a way around what that place checks.
#
# A rule is a line `pattern @ homes @ reason`: an extended regular expression, the files or folders below Sources
# that may hold it (none: `-`), and what to use instead. Lines of comments are not looked at.
set -euo pipefail
cd "$(dirname "$0")/../.."

rules() {
  cat << 'RULES'
\breplacingOccurrences\b @ - @ it replaces by Character, so a combining mark hides what it was to replace: replacingBytes
\.replacing\("|\.replacing\([a-z]+, with: " @ - @ it replaces by Character, so a combining mark hides what it was to replace: replacingBytes
\bFileHandle\b.*\.write\b @ - @ it traps where the write fails: Disk.write
\bProcess\(\) @ - @ it has no limit and no environment of its own: ChildProgram
\bposix_spawnp?\b|\bexecvp?e?\(|\bfork\(|\bpopen\(|\bsystem\(|modgap_start_child @ Processes/ProcessGroup.swift modgap/KernelRestart.swift @ programs are started by ChildProgram
"\\\([A-Za-z.]*([fF]older|[rR]oot|[pP]ath)\)/ @ Claims Contracts Declarations Datasets Encoders ExperimentConfig ExperimentPlan Figures Files/Disk Files/Digests HDF5 Execution Metrics Stages modgap Storage/Store Storage/Leases Runner/GarbageCollector.swift Runner/ResultsFolder.swift Runner/Git Runner/KernelTrust.swift @ a path made of text may lead anywhere: InnerPath and InnerFolder, which follow no link
\b(unlink|rmdir|mkdir|createDirectory|removeItem|contentsOfDirectory)\( @ Files @ files of results and stores are made and removed through InnerFolder, all others through Files
\b(parameters|given)(\.|\[").*\?\? *(-?[0-9]|true|false|"[^"]+|\.[a-z])|\b(with|json|values|training)\[".*\?\? *(-?[0-9]|true|false|"[^"]+) @ Encoders ExperimentConfig Stages/Init/Towers Storage @ a default is declared in the signature, and the object that is read has it: Parameter.defaulted
\bFileManager\b|\bFileHandle\b|\b(Data|String)\(contentsOf|\bO_(RDONLY|RDWR|WRONLY)\b.*\bopen|\b(open|openat)\(.*\bO_[A-Z]|(^|[^A-Za-z.])(fopen|stat|lstat|fstat|fstatat|readlink|readlinkat|realpath|opendir|mkdtemp|tmpfile)\(|\baccess\(.*_OK|\bwrite\(to: URL @ Files Execution/ProcessMemory.swift Kernels/BLASKernel.swift modgap/StandardStreams.swift @ the disk is touched by the target Files alone (and by HDF5's library): FileStatus, Paths, RegularFile, InputFile, InnerFolder, GivenFile
RULES
}

status=0
while IFS='@' read -r pattern homes reason; do
  pattern=${pattern%% } homes=${homes# } reason=${reason# }
  # Status 1 is that nothing was found; any other is that the rule is wrong.
  found=$(grep -rnE --include='*.swift' -e "$pattern" Sources) || [ $? = 1 ]
  [ -n "$found" ] || continue
  while IFS=: read -r file line text; do
    allowed=
    for home in $homes; do
      case $file in "Sources/$home" | "Sources/$home"/*) allowed=1 ;; esac
    done
    [[ -n $allowed || $text =~ ^[[:space:]]*// ]] && continue
    echo "$file:$line: ${text#"${text%%[![:space:]]*}"}" >&2
    echo "    may not stand here: $reason" >&2
    status=1
  done <<< "$found"
done < <(rules)
exit "$status"
