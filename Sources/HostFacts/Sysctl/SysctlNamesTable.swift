/// Reads the tables of `SysctlNames`.
///
/// A line `[net.ipv4]` opens a section. Any other is a name and its marks: `+6.14` the first version
/// that has it (without: 4.18 or earlier), `~5.10` the version from which it may be there all the
/// same, `-4.12` the first version without it (`-?`: one before 4.18), `?XFRM` the kernel option it
/// needs. After `#` stands a remark: where a version comes from.
enum SysctlNamesTable {
  static func parse(_ table: StaticString) -> [SysctlNames.Name] {
    var section = ""
    var names: [SysctlNames.Name] = []
    for line in table.description.split(separator: "\n") {
      let words = line.prefix { $0 != "#" }.split(separator: " ")
      guard let first = words.first else { continue }
      if first.hasPrefix("["), first.hasSuffix("]") {
        section = String(first.dropFirst().dropLast())
        continue
      }
      var name = SysctlNames.Name(section: section, name: String(first))
      for word in words.dropFirst() { mark(&name, word) }
      names.append(name)
    }
    return names
  }

  private static func mark(_ name: inout SysctlNames.Name, _ word: Substring) {
    let value = word.dropFirst()
    let version = KernelVersion(release: value)
    switch word.first {
    case "+": name.added = version
    case "~": name.perhapsFrom = version
    case "-": name.removed = version.map { .version($0) } ?? .before418
    case "?": name.option = String(value)
    default: break
    }
  }
}
