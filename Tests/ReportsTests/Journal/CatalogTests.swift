import TestSupport
import Testing

@testable import Reports

/// The message catalog that is shipped, against the code's entries.
@Suite struct CatalogTests {
  private struct Message {
    var id: String
    var language: String
    var text: String
  }

  private static func messages() throws -> [Message] {
    var messages: [Message] = []
    for line in try TextFile.read("\(Checkout.root)/systemd/sockwise.catalog").split(
      separator: "\n", omittingEmptySubsequences: false)
    {
      if line.hasPrefix("-- ") {
        let words = line.split(separator: " ")
        messages.append(
          Message(id: String(words[1]), language: words.count > 2 ? String(words[2]) : "", text: "")
        )
      } else if !messages.isEmpty {
        messages[messages.count - 1].text += line + "\n"
      }
    }
    return messages
  }

  @Test func explainsEveryKindInBothLanguages() throws {
    let messages = try Self.messages()
    #expect(
      messages.map { "\($0.id) \($0.language)" }.sorted()
        == JournalKind.allCases.flatMap { ["\($0.messageID) ", "\($0.messageID) zh_CN"] }.sorted())
    for message in messages {
      #expect(message.text.hasPrefix("Subject: "))
      #expect(message.text.contains("\nDefined-By: sockwise\nDocumentation: man:sockwise(1)\n\n"))
    }
  }

  @Test func namesFieldsThatEntriesHave() throws {
    for message in try Self.messages() {
      let parts = message.text.split(separator: "@", omittingEmptySubsequences: false)
      #expect(parts.count % 2 == 1)
      for index in stride(from: 1, to: parts.count, by: 2) {
        #expect(JournalEntry.Name(rawValue: String(parts[index])) != nil, "\(parts[index])")
      }
    }
  }

  @Test func bothLanguagesNameTheSameFields() throws {
    let messages = try Self.messages()
    for kind in JournalKind.allCases {
      let fields = messages.filter { $0.id == kind.messageID }.map { message in
        Set(message.text.split(separator: "@").filter { $0.hasPrefix("SOCKWISE_") })
      }
      #expect(fields.count == 2 && fields[0] == fields[1], "\(kind)")
    }
  }

  @Test func theManualNamesEveryKindAndField() throws {
    let manual = try TextFile.read("\(Checkout.root)/man/sockwise.1")
    for kind in JournalKind.allCases { #expect(manual.contains(".It \(kind.messageID)\n")) }
    for name in JournalEntry.Name.allCases where name != .messageID {
      let words = manual.split { $0 == " " || $0 == "\n" }
      #expect(words.contains { $0 == name.rawValue }, "\(name.rawValue)")
    }
  }

  @Test func journalctlTakesIt() throws {
    let root = try TemporaryDirectory()
    try TextFile.write(
      try TextFile.read("\(Checkout.root)/systemd/sockwise.catalog"),
      to: root.path("usr/lib/systemd/catalog/sockwise.catalog"))
    try TextFile.write("", to: root.path("var/lib/systemd/catalog/database"))
    let journalctl = "/usr/bin/journalctl"
    let version = try Subprocess(program: "/bin/sh", arguments: ["-c", "test -x \(journalctl)"])
      .run()
    if version.status != 0 { try Test.cancel("there is no \(journalctl)") }
    let update = try Subprocess(
      program: journalctl, arguments: ["--update-catalog", "--root=\(root.path)"]
    ).run()
    #expect(update.status == 0, "\(update.errors)")
    let list = try Subprocess(
      program: journalctl, arguments: ["--list-catalog", "--no-pager", "--root=\(root.path)"]
    ).run()
    let ids = list.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    #expect(ids.map(String.init) == JournalKind.allCases.map(\.messageID).sorted())
  }
}
