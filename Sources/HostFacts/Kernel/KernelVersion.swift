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
}

extension KernelVersion: Comparable {
  public static func < (left: KernelVersion, right: KernelVersion) -> Bool {
    (left.major, left.minor) < (right.major, right.minor)
  }
}

extension KernelVersion: CustomStringConvertible {
  public var description: String { "\(major).\(minor)" }
}
