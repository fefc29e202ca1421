import CEL

@testable import HostFacts

/// Unit files and drop-ins as a repository has them. They stand in the input one after the other, each
/// after a line `@@` and its path; `@@ path -> target` is a link.
enum UnitsTarget {
  static func run(_ bytes: [UInt8]) {
    let files = files(of: bytes)
    for file in files {
      lines(of: file)
      excerpt(of: file.content)
    }
    let units = Units.review(files, version: 252).units
    require(units.rest == nil, "bare files are there")
    for unit in units.elements { check(unit, files) }
    // What rules see.
    if case .list(let values) = units.factValue {
      require(values.count == units.elements.count, "\(values.count) values")
    }
  }

  private static func files(of bytes: [UInt8]) -> [Units.File] {
    var files: [Units.File] = []
    for part in String(decoding: bytes, as: UTF8.self).split(separator: "@@ ") {
      let head = part.prefix { $0 != "\n" }
      let text = Array(part.dropFirst(head.count).dropFirst().utf8)
      let names = head.split(separator: " -> ", maxSplits: 1).map(String.init)
      guard let path = names.first else { continue }
      files.append(
        names.count == 2
          ? Units.File(path: path, linkTo: names[1]) : Units.File(path: path, content: text))
    }
    return files
  }

  /// A place is in the file, and a value is no longer than it.
  private static func lines(of file: Units.File) {
    let parsed = UnitFile(path: file.path, file.content)
    for case .assignment(let assignment) in parsed.lines {
      require(!assignment.name.utf8.contains(UInt8(ascii: "=")), assignment.name)
      require(
        assignment.name.utf8.count + assignment.value.utf8.count < file.content.count,
        "\(assignment.name)=\(assignment.value)")
      for place in [assignment.nameLocation, assignment.location] {
        require((place.line ?? 0) > 0 && (place.column ?? 0) > 0, "\(place)")
        require((place.endColumn ?? 0) >= (place.column ?? 0), "\(place)")
      }
    }
  }

  /// What a recording keeps of a file has as many sections, and taken from itself stays as it is.
  private static func excerpt(of content: [UInt8]) {
    guard let text = UnitExcerpt(of: content)?.text else { return }
    let bytes = Array(text.utf8)
    require(UnitExcerpt(of: bytes)?.text == text, text)
    let sections = { (bytes: [UInt8]) in
      UnitFile(path: "", bytes).lines.count { if case .section = $0 { true } else { false } }
    }
    require(sections(bytes) == sections(content), text)
  }

  private static func check(_ unit: Unit, _ files: [Units.File]) {
    let paths = files.map(\.path)
    for path in unit.dropIns + [unit.path.value].compactMap({ $0 }) {
      require(paths.contains(path), "\(path) was not given")
    }
    require(unit.names.contains(unit.name), unit.name)
    require((unit.service.value == nil) == (unit.kind == "socket"), unit.kind)
    for address in unit.socket.value?.listen ?? [] {
      require((1...65535).contains(address.port.value ?? 1), "\(address)")
    }
    for command in unit.commands { require(!command.arguments.isEmpty, command.text) }
  }
}
