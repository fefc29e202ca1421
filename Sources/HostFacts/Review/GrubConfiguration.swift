internal import YAML

// `sysctl.KEY=VALUE` on the kernel's command line, as /etc/default/grub sets it.
// Documentation/admin-guide/kernel-parameters.txt of Linux
extension ForeignFile {
  mutating func readGrub() {
    var number = 1
    while let line = source.range(ofLine: number) {
      number += 1
      let name = source.text(line.prefix(64))
      if name.hasPrefix("GRUB_CMDLINE_LINUX") { readParameters(in: line) }
    }
  }

  private mutating func readParameters(in line: Range<Int>) {
    guard let equals = line.first(where: { source.scalars[$0] == "=" }) else { return }
    for word in words(unquoted(equals + 1..<line.upperBound)) {
      guard
        word.starts(with: "sysctl.".unicodeScalars, by: { $0.scalar == $1 })
          || word.starts(with: "sysctl/".unicodeScalars, by: { $0.scalar == $1 }),
        let equals = word.firstIndex(where: { $0.scalar == "=" })
      else { continue }
      let key = text(word[7..<equals], at: word[equals].index)
      let value = text(word[(equals + 1)...], at: word[equals].index + 1)
      if key.text.hasVariables || value.text.utf8.contains(UInt8(ascii: "$")) {
        addTemplated()
      } else {
        add(.commandLine, key: key, value: value)
      }
    }
  }

  private typealias Character = (scalar: Unicode.Scalar, index: Int)

  /// What a shell makes of a word: without its quotes and backslashes.
  private func unquoted(_ range: Range<Int>) -> [Character] {
    var result: [Character] = []
    var quote: Unicode.Scalar?
    var index = range.lowerBound
    while index < range.upperBound {
      let scalar = source.scalars[index]
      defer { index += 1 }
      switch (scalar, quote) {
      case ("'", "'"), ("\"", "\""): quote = nil
      case ("'", nil), ("\"", nil): quote = scalar
      case (" ", nil), ("\t", nil), ("\r", nil): return result
      case ("\\", nil), ("\\", "\""):
        guard index + 1 < range.upperBound else { return result }
        let next = source.scalars[index + 1]
        if quote != nil && !["\"", "\\", "$", "`"].contains(next) {
          result.append((scalar, index))
        }
        index += 1
        result.append((next, index))
      default: result.append((scalar, index))
      }
    }
    return result
  }

  /// The parameters, as next_arg() in the kernel's lib/cmdline.c parts them: blanks between double
  /// quotes belong to one.
  private func words(_ characters: [Character]) -> [[Character]] {
    var words: [[Character]] = [[]]
    var isQuoted = false
    for character in characters {
      if character.scalar == "\"" {
        isQuoted.toggle()
      } else if !isQuoted && character.scalar.properties.isWhitespace {
        words.append([])
      } else {
        words[words.count - 1].append(character)
      }
    }
    return words
  }

  private func text(_ characters: ArraySlice<Character>, at empty: Int) -> Text {
    var text = ""
    text.unicodeScalars.append(contentsOf: characters.map(\.scalar))
    let first = characters.first?.index ?? empty
    return Text(text: text, range: first..<(characters.last?.index ?? empty - 1) + 1)
  }
}
