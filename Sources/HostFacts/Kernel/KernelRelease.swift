internal import CEL

/// A kernel's release as uname(2) tells it, such as "6.1.0-18-amd64".
struct KernelRelease: Hashable, Sendable {
  /// The whole text; what follows the numbers is the distribution's.
  let release: String
  let major: Int
  let minor: Int
  /// 0 where the release has two numbers only: "6.19-rc1".
  let patch: Int

  /// Nil unless the text begins with two numbers.
  init?(_ text: some StringProtocol) {
    let release = trimmed(text)
    var numbers: [Int] = []
    var rest = Substring(release).utf8
    while numbers.count < 3 {
      let digits = rest.prefix(while: isDigit)
      guard let number = Int(Substring(digits)) else { break }
      numbers.append(number)
      rest = rest.dropFirst(digits.count)
      guard rest.first == UInt8(ascii: ".") else { break }
      rest = rest.dropFirst()
    }
    guard numbers.count >= 2 else { return nil }
    self.release = release
    major = numbers[0]
    minor = numbers[1]
    patch = numbers.count > 2 ? numbers[2] : 0
  }

  /// `/proc/sys/kernel/osrelease`.
  static func read(_ root: HostRoot) -> Reading<KernelRelease> {
    root.line("/proc/sys/kernel/osrelease").flatMap { text, origin in
      KernelRelease(text).map { .value($0, origin) }
        ?? .unavailable(.init("'\(text)' is not a kernel release"))
    }
  }
}

extension KernelRelease: Comparable {
  /// By the numbers alone: what a distribution patched in is not in its release.
  static func < (left: KernelRelease, right: KernelRelease) -> Bool {
    (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
  }

  /// Its first two numbers.
  var version: KernelVersion { KernelVersion(major, minor) }
}

extension KernelRelease: FactObject {
  static let typeName = "KernelRelease"
  static let documentation = "The running kernel's release."
  static let fields: FactFields<KernelRelease> = [
    .init("release", \.release, "The whole release, such as `6.1.0-18-amd64`."),
    .init("major", \.major, "The first number. Probe a feature rather than compare versions."),
    .init("minor", \.minor, "The second number."),
    .init("patch", \.patch, "The third number; 0 where there is none."),
  ]
}
