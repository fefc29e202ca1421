/// Which users this process's user namespace knows by number, user_namespaces(7).
///
/// All others are shown as one, the overflow user: two of them look the same.
struct UserMap: Hashable, Sendable {
  private let known: [Range<UInt64>]
  /// `kernel.overflowuid`.
  private let overflow: UInt32

  /// - Parameter text: of `/proc/PID/uid_map`: first user inside, first outside, how many.
  init(_ text: String, overflow: UInt32 = 65_534) {
    self.overflow = overflow
    known = text.split(separator: "\n").compactMap { line in
      let numbers = line.split(separator: " ").compactMap { UInt32($0) }
      guard numbers.count == 3 else { return nil }
      return UInt64(numbers[0])..<UInt64(numbers[0]) + UInt64(numbers[2])
    }
  }

  /// Nil where it cannot be read, as where there are no user namespaces.
  static func read(_ root: HostRoot) -> UserMap? {
    guard root.isLive, let text = root.text("/proc/thread-self/uid_map").value else { return nil }
    let overflow = root.line("/proc/sys/kernel/overflowuid").value.flatMap { UInt32($0) }
    return UserMap(text, overflow: overflow ?? 65_534)
  }

  /// As whom tables show users that cannot be told from this one; nil where it is told from all.
  func lookalike(of user: UInt32) -> UInt32? {
    // (uid_t) -1 is nobody's.
    let isWhole = known.reduce(0) { $0 + $1.count } >= Int(UInt32.max)
    guard !isWhole else { return nil }
    let isKnown = known.contains { $0.contains(UInt64(user)) }
    return user == overflow || !isKnown ? overflow : nil
  }
}
