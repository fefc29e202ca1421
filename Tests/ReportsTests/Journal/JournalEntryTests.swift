import Testing

@testable import Reports

@Suite struct JournalEntryTests {
  @Test(arguments: JournalEntry.Name.allCases) func journaldTakesEveryName(
    _ name: JournalEntry.Name
  ) {
    // systemd.journal-fields(7): what begins with '_' is journald's own.
    let bytes = Array(name.rawValue.utf8)
    #expect((1...64).contains(bytes.count))
    #expect((UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(bytes[0]))
    #expect(
      bytes.allSatisfy {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "_")
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
      })
  }

  @Test func everyKindHasAnIDOfItsOwn() {
    let ids = JournalKind.allCases.map(\.messageID)
    #expect(Set(ids).count == ids.count)
    for id in ids {
      #expect(id.utf8.count == 32 && id.allSatisfy { $0.isHexDigit && !$0.isUppercase })
    }
  }

  private func entry(_ message: String) -> JournalEntry {
    JournalEntry(.finding, .error, message, run: "0")
  }

  @Test func valuesAreOneLineThatATerminalCanShow() {
    #expect(entry("a\n  b\tc")[.message] == "a b c")
    #expect(entry("a\u{1b}[31mb\u{202e}c\0")[.message] == "a\\u{1b}[31mb\\u{202e}c\\u{0}")
    // A newline would begin another field in the protocol of old.
    #expect(entry("x\r\nPRIORITY=0\u{2028}y")[.message] == "x PRIORITY=0 y")
  }

  @Test func valuesAndFieldsAreBounded() {
    var entry = entry(String(repeating: "字", count: 10_000))
    let message = entry[.message] ?? ""
    #expect(message.utf8.count <= JournalEntry.longestValue)
    #expect(message.utf8.count > JournalEntry.longestValue - 4)
    #expect(message.hasSuffix("字…"))
    for number in 0..<1000 { entry.add(.documentation, "\(number)") }
    #expect(entry.fields.count == JournalEntry.mostFields)
  }

  @Test func whatIsEmptyIsLeftOut() {
    var entry = entry("m")
    let count = entry.fields.count
    entry.add(.subject, "")
    entry.add(.subject, " \n")
    entry.add(.subject, nil)
    #expect(entry.fields.count == count)
  }
}
