/// The first two numbers of a Linux release, such as 6.14: what sysctls come and go with.
///
/// Distributions backport, so a version says what to expect and never what there is.
public struct KernelVersion: Hashable, Sendable {
  let major: Int
  let minor: Int

  init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// Reads the numbers at the start of a release: "6.18.44-cloud" is 6.18, nil without two numbers.
  public init?(release: some StringProtocol) {
    guard let release = KernelRelease(release) else { return nil }
    self = release.version
  }

  /// Those that names and values can be judged for: the table of names begins with the first, and a
  /// later major version than the last is a slip of the pen.
  private static let oldest = KernelVersion(4, 18)
  private static let latestMajor = 8

  /// Reads a version or a release that somebody writes: "6.1", "6.1.0-18-amd64". Nil for anything else
  /// and for kernels that cannot be judged.
  public init?(named text: String) {
    guard let release = KernelRelease(text), release.version >= Self.oldest,
      release.major <= Self.latestMajor,
      text.utf8.allSatisfy({ byte in
        isDigit(byte) || 0x61...0x7a ~= byte | 0x20
          || [0x2b, 0x2d, 0x2e, 0x5f, 0x7e].contains(byte)
      })
    else { return nil }
    self = release.version
  }
}

extension KernelVersion: Comparable {
  public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

extension KernelVersion: CustomStringConvertible {
  public var description: String { "\(major).\(minor)" }
}
