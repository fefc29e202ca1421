import TestSupport
import Testing

/// sockwise(1) says what the program says.
@Suite struct CommandManualTests {
  private func output(_ arguments: String...) throws -> String {
    let result = try BuiltBinary.run(arguments, memoryLimit: nil)
    #expect(result.status == 0, "\(arguments): \(result.ending), \(result.errors)")
    return result.output
  }

  @Test func isWhatTheProgramSays() throws {
    let manual = try CommandManual(dump: output("--experimental-dump-help"))
    var page = try ManualPage("sockwise.1")
    page.fill("synopsis", with: manual.synopsis())
    page.fill("options", with: manual.options())
    page.fill("commands", with: manual.commands())
    page.expectUnchanged()
  }

  /// Wherever a page shows a command, the program has its options.
  @Test(arguments: ManualPage.names)
  func examplesAreUnderstood(_ name: String) throws {
    let manual = try CommandManual(dump: output("--experimental-dump-help"))
    let examples = try ManualPage(name).examples.filter { $0.kind == ["commands"] }
    #expect(!examples.isEmpty)
    for line in examples.flatMap({ $0.text.split(separator: "\n") }) {
      let words = line.split(separator: " ").drop { $0 == "$" || $0 == "sudo" }.map(String.init)
      #expect(words.first == "sockwise", "\(line)")
      #expect(manual.unknownWords(in: Array(words.dropFirst())) == [], "\(line)")
    }
  }
}
