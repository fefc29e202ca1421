import TestSupport
import Testing

/// What `make install` puts where shells look for completions.
@Suite struct CompletionTests {
  private func script(_ shell: String) throws -> String {
    let result = try BuiltBinary.run(["--generate-completion-script", shell])
    #expect(result.status == 0)
    return result.output
  }

  /// What bash offers for the last word.
  private func offers(_ words: [String], _ completions: String) throws -> [String] {
    var bash = Subprocess(
      program: "/bin/bash",
      arguments: [
        "-uc",
        """
        source /dev/stdin
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        _sockwise sockwise "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' "${COMPREPLY[@]}"
        """, "bash",
      ] + words)
    bash.input = completions
    let result = try bash.run()
    #expect(result.errors == "")
    return result.output.split(separator: "\n").map(String.init)
  }

  @Test func bashCompletesCommandsOptionsAndValues() throws {
    let completions = try script("bash")
    #expect(try offers(["sockwise", "au"], completions) == ["audit"])
    #expect(try offers(["sockwise", "audit", "--min"], completions) == ["--min-severity"])
    #expect(
      try offers(["sockwise", "audit", "--format", "pro"], completions) == ["prometheus"])
    #expect(try offers(["sockwise", "audit", "--fail-on", "ne"], completions) == ["never"])
  }

  @Test(arguments: ["zsh", "fish"])
  func othersHaveThem(_ shell: String) throws {
    let completions = try script(shell)
    #expect(completions.contains("can-bind"))
    #expect(completions.contains("prometheus"))
  }
}
