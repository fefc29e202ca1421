import Synchronization

/// What nobody needs any more and is not given back: a host's facts and the rules are tens of thousands
/// of small values, freeing them one by one takes a twentieth of an audit's instructions, and the kernel
/// takes all of them at once when the process ends.
enum UntilExit {
  private static let kept = Mutex<[any Sendable]>([])

  static func keep(_ values: any Sendable...) { kept.withLock { $0 += values } }
}
