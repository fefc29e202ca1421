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

  /// The first and the last of the table of names.
  public static let oldest = KernelVersion(4, 18)
  public static let latest = KernelVersion(7, 3)

  /// Whether there is or will soon be such a kernel, and it can be judged: 4.20, 5.19 and 6.19 were
  /// the last of their majors.
  private var isJudged: Bool {
    let lastMinors = [4: 20, 5: 19, 6: 19]
    return self >= Self.oldest && major <= Self.latest.major + 1
      && minor <= lastMinors[major] ?? .max
  }

  /// Of a kernel that came after the table of names.
  public var remark: String? {
    guard self > Self.latest else { return nil }
    return "Linux \(self) is later than Sockwise's table of kernel parameters: it is judged as "
      + "\(Self.latest)"
  }

  /// Reads a version or a release that somebody writes: "6.1", "6.1.0-18-amd64". Nil for anything else
  /// and for kernels that cannot be judged.
  public init?(named text: String) {
    guard let release = KernelRelease(text), release.version.isJudged,
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
