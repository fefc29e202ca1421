/// Other names for configuration files, in an anonymous recording.
///
/// A file of sysctl.d or tmpfiles.d is named for its place in the order of names, `07.conf`: that order
/// and equal names decide which setting wins. A profile of TuneD has an arbitrary name.
struct ConfigurationNames: Sendable {
  private let anonymizer: Anonymizer
  private var numbers: [[UInt8]: Int] = [:]
  private let digits: Int

  /// - Parameter paths: of all files that there are, and of others, which keep their names.
  init(_ paths: some Sequence<String>, _ anonymizer: Anonymizer) {
    self.anonymizer = anonymizer
    let names = Set(paths.compactMap { Self.parts($0).map { Array($0.name.utf8) } })
    for (index, name) in names.sorted(by: { $0.lexicographicallyPrecedes($1) }).enumerated() {
      numbers[name] = index + 1
    }
    digits = max("\(numbers.count)".utf8.count, 2)
  }

  func callAsFunction(_ path: String) -> String {
    if let (directory, name) = Self.parts(path), let number = numbers[Array(name.utf8)] {
      let text = "\(number)"
      // What makes a reader pass over a file.
      let isRead = SysctlFileSelection.whySkipped(name, .newerProcps) == nil
      return directory + (name.utf8.first == UInt8(ascii: ".") ? "." : "")
        + String(repeating: "0", count: max(digits - text.utf8.count, 0)) + text
        + (isRead ? ".conf" : "")
    }
    guard let directory = TunedProfile.homes.first(where: path.hasPrefix) else { return path }
    return directory
      + path.dropFirst(directory.count).split(separator: "/").map { part in
        TunedProfile.ownNames.contains(part) ? String(part) : anonymizer.profile(part)
      }.joined(separator: "/")
  }

  /// The directory, with a slash at its end, and the name of a file of sysctl.d or tmpfiles.d; nil for
  /// others.
  private static func parts(_ path: String) -> (directory: String, name: Substring)? {
    for directory in directories where path.hasPrefix(directory) {
      let name = path.dropFirst(directory.count)
      return name.isEmpty || name.contains("/") ? nil : (directory, name)
    }
    return nil
  }

  private static let directories =
    SysctlFile.directories.map { "/\($0)/" } + TmpfilesWrites.directories.map { "\($0)/" }
}
