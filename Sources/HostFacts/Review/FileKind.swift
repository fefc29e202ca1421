internal import Glibc

/// What a file of a repository may be, as its path tells.
enum FileKind: Hashable {
  /// In a directory `sysctl.d`, or called `sysctl.conf`.
  case sysctl
  /// Another `*.conf`; its text decides, see `Text`.
  case conf
  /// `*.service`, `*.socket` or a drop-in of one.
  case unit
  /// In a directory `tmpfiles.d`.
  case tmpfiles
  case yaml
  case json
  case dockerfile
  /// `tuned.conf`, see tuned.conf(5).
  case tunedProfile
  /// `/etc/default/grub` or a file of `grub.d`.
  case grub

  /// Of a template that of what it makes.
  init?(path: String) {
    let path = TemplateLines.nameOfResult(path) ?? path
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    guard let name = parts.last else { return nil }
    func isIn(_ directory: String) -> Bool {
      parts.dropLast().last.map { $0.elementsEqual(directory.utf8) } ?? false
    }
    if isIn("sysctl.d") || name.elementsEqual("sysctl.conf".utf8) {
      self = .sysctl
    } else if Units.isUnitFile(path) {
      self = .unit
    } else if ends(name, ".yaml") || ends(name, ".yml") {
      self = .yaml
    } else if ends(name, ".json") {
      self = .json
    } else if name.elementsEqual("tuned.conf".utf8) {
      self = .tunedProfile
    } else if ends(name, ".conf") {
      self = isIn("tmpfiles.d") ? .tmpfiles : .conf
    } else if Self.isDockerfile(name) {
      self = .dockerfile
    } else if Self.isGrub(name, in: parts.dropLast().last) {
      self = .grub
    } else {
      return nil
    }
  }

  private static func isDockerfile(_ name: Substring.UTF8View) -> Bool {
    for word in ["dockerfile", "containerfile"] {
      if lowercase(name).elementsEqual(word.utf8) { return true }
      if lowercase(name).starts(with: "\(word).".utf8) { return true }
      if ends(name, ".\(word)") || ends(name, ".D\(word.dropFirst())") { return true }
    }
    return false
  }

  private static func isGrub(
    _ name: Substring.UTF8View, in directory: Substring.UTF8View?
  ) -> Bool {
    if name.elementsEqual("grub".utf8) { return directory?.elementsEqual("default".utf8) ?? false }
    return ends(name, ".cfg") && directory?.elementsEqual("grub.d".utf8) ?? false
  }

  private static func lowercase(_ name: Substring.UTF8View) -> [UInt8] {
    name.map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
  }

  /// Whether links are how such a file gets more names, as those of units do. Drop-ins have one.
  func isNamedByLinks(_ path: String) -> Bool { self == .unit && !path.hasSuffix(".conf") }

  // MARK: Contents

  /// Whether bytes hold a word.
  static func holds(_ bytes: [UInt8], _ word: String) -> Bool {
    let word = Array(word.utf8)
    guard let first = word.first else { return true }
    var rest = bytes[...]
    while let place = firstIndex(of: first, in: rest) {
      if bytes[place...].starts(with: word) { return true }
      rest = bytes[(place + 1)...]
    }
    return false
  }

  /// Whether what is read of a file is worth taking apart.
  func mayMatter(_ bytes: [UInt8]) -> Bool {
    switch self {
    case .sysctl: true
    case .conf: Self.text(bytes) == .sysctls
    case .unit:
      // Other programs have files of these names in other formats, such as XML.
      ["[Unit]", "[Service]", "[Socket]", "[Install]"].contains { Self.holds(bytes, $0) }
        || bytes.allSatisfy { $0 == 0x20 || ($0 >= 0x09 && $0 <= 0x0D) }
    // "sysctls", "allowedUnsafeSysctls".
    case .grub: Self.holds(bytes, "ysctl")
    case .yaml: Self.holds(bytes, "ysctl") || Self.holds(bytes, "/proc/sys/")
    // Long lists of packages have such words, too.
    case .json:
      ["\"sysctls\"", "allowedUnsafeSysctls", "\"sysctl\"", "sysctl -", "/proc/sys/"]
        .contains { Self.holds(bytes, $0) }
    case .tunedProfile: Self.holds(bytes, "sysctl")
    case .tmpfiles: Self.holds(bytes, "/proc/sys/")
    case .dockerfile: Self.holds(bytes, "sysctl") || Self.holds(bytes, "/proc/sys/")
    }
  }

  /// Whether there may be a comment for Sockwise.
  static func mentionsSockwise(_ bytes: [UInt8]) -> Bool { Self.holds(bytes, "sockwise:") }

  /// The first components of the keys that there are.
  private static let prefixes = [
    "abi", "crypto", "debug", "dev", "fs", "kernel", "net", "sunrpc", "user", "vm",
  ]

  /// What a text is of whose name only tells that it configures something.
  enum Text: Hashable {
    /// Lines of sysctl.d(5) and nothing else: comments, and assignments to keys. Among these a key may
    /// lack its "=", which is a mistake. One of the keys at least is the kernel's: `user.name = bob`
    /// is some other program's setting.
    case sysctls
    /// There are such lines among others.
    case mixed
    case other
  }

  static func text(_ bytes: [UInt8]) -> Text {
    var hasKernels = false
    var hasOthers = false
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      var text = line.drop(while: isBlank)
      guard let first = text.first else { continue }
      if first == UInt8(ascii: "#") || first == UInt8(ascii: ";") { continue }
      if first == UInt8(ascii: "-") { text = text.dropFirst().drop(while: isBlank) }
      let component = text.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "/") }
      guard component.count < text.count, component.count <= 8,
        prefixes.contains(where: { component.elementsEqual($0.utf8) })
      else {
        hasOthers = true
        continue
      }
      let key = text.prefix { $0 != UInt8(ascii: "=") }
      if !hasKernels, key.count < text.count || first == UInt8(ascii: "-") {
        hasKernels = SysctlKey(String(decoding: key, as: UTF8.self)).isKernels
      }
      if hasKernels && hasOthers { return .mixed }
    }
    return !hasKernels ? .other : hasOthers ? .mixed : .sysctls
  }
}

extension SysctlKey {
  /// Whether some kernel has the key, or one like it.
  fileprivate var isKernels: Bool {
    if SysctlCatalog.entry(for: dotted) != nil { return true }
    switch SysctlNames.status(of: dotted, on: nil) {
    case .exists, .removed, .notYet: return true
    case .unknown(let suggestions): return !suggestions.isEmpty
    case .notJudged: return false
    }
  }
}

private func ends(_ name: Substring.UTF8View, _ suffix: String) -> Bool {
  let suffix = suffix.utf8
  return name.count > suffix.count && name.suffix(suffix.count).elementsEqual(suffix)
}

/// As `Collection.firstIndex(of:)`, many times as fast.
private func firstIndex(of byte: UInt8, in bytes: ArraySlice<UInt8>) -> Int? {
  unsafe bytes.withUnsafeBytes { buffer in
    guard let start = buffer.baseAddress,
      let found = unsafe memchr(start, Int32(byte), buffer.count)
    else { return nil }
    return unsafe bytes.startIndex + (UnsafeRawPointer(found) - start)
  }
}
