internal import CEL

/// Lines of tmpfiles.d(5) that write below `/proc/sys`: `w /proc/sys/vm/swappiness - - - - 10`.
/// systemd-tmpfiles-setup.service is not ordered after systemd-sysctl.service, and mostly runs later.
enum TmpfilesWrites {
  static let directories = [
    "/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/local/lib/tmpfiles.d", "/usr/lib/tmpfiles.d",
    "/lib/tmpfiles.d",
  ]

  /// Those of a host, in the order of reading.
  static func read(_ root: HostRoot) -> [SysctlStatement] {
    var chosen: [[UInt8]: SysctlFile] = [:]
    for file in SysctlFileReader(root, directories, isNoted: false).files
    where SysctlFileSelection.whySkipped(file.name, .systemd) == nil
      && chosen[Array(file.name.utf8)] == nil
    {
      chosen[Array(file.name.utf8)] = file
    }
    var statements: [SysctlStatement] = []
    for (_, file) in chosen.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard case .bytes(let bytes) = file.content else { continue }
      let room = SysctlBoot.mostStatements + 1 - statements.count
      statements += Self.statements(bytes, path: file.path, atMost: room)
    }
    return statements
  }

  /// Those of one file, the first of them.
  static func statements(
    _ bytes: [UInt8], path: String, atMost limit: Int = SysctlBoot.mostStatements + 1
  ) -> [SysctlStatement] {
    var number = 0
    var statements: [SysctlStatement] = []
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      guard statements.count < limit else { break }
      number += 1
      guard let statement = statement(line, number, path) else { continue }
      statements.append(statement)
    }
    return statements
  }

  /// Type, path, mode, user, group, age, and the rest of the line.
  private static func statement(_ line: ArraySlice<UInt8>, _ number: Int, _ path: String)
    -> SysctlStatement?
  {
    // After the letter come modifiers such as "+" and "!"; only "w" writes to a file that is there.
    guard line.first(where: { !isBlank($0) }) == UInt8(ascii: "w") else { return nil }
    var words: [ArraySlice<UInt8>] = []
    var rest = line
    while words.count < 6 {
      rest = rest.drop(while: isBlank)
      let word = rest.prefix { !isBlank($0) }
      guard !word.isEmpty else { return nil }
      words.append(word)
      rest = rest[word.endIndex...]
    }
    var name = words[1]
    if let quote = name.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'"),
      name.last == quote, name.count > 1
    {
      name = name.dropFirst().dropLast()
    }
    let prefix = Array("/proc/sys/".utf8)
    guard name.starts(with: prefix) else { return nil }
    var argument = rest.drop(while: isBlank)
    while let last = argument.last, isBlank(last) { argument.removeLast() }
    // `1\n` is the usual way to say it; other escapes are left as they are.
    var value = Array(argument)
    if value.suffix(2).elementsEqual(Array("\\n".utf8)) { value.removeLast(2) }
    func location(_ part: ArraySlice<UInt8>) -> SourceLocation {
      let before = line[..<part.startIndex]
      let column = String(decoding: before, as: UTF8.self).unicodeScalars.count + 1
      let count = String(decoding: part, as: UTF8.self).unicodeScalars.count
      return SourceLocation(
        path: path, line: number, column: column, endColumn: column + count)
    }
    return SysctlStatement(
      writer: .tmpfiles, key: SysctlKey(path: Array(name.dropFirst(prefix.count))), value: value,
      keyLocation: location(name), valueLocation: location(argument),
      sourceText: trimmed(String(decoding: line, as: UTF8.self)))
  }
}
