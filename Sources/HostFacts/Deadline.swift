/// A moment after which reading gives up and reports what it has.
///
/// Counts CLOCK_MONOTONIC, so that a changed wall clock moves nothing.
public struct Deadline: Sendable {
  /// Nil never passes.
  private let moment: SuspendingClock.Instant?

  /// Never passes.
  public static let never = Deadline(moment: nil)

  /// Passes when `duration` has gone by.
  public static func after(_ duration: Duration) -> Deadline {
    Deadline(moment: SuspendingClock().now.advanced(by: duration))
  }

  private init(moment: SuspendingClock.Instant?) { self.moment = moment }

  public var hasPassed: Bool {
    guard let moment else { return false }
    return SuspendingClock().now >= moment
  }

  /// Time left, zero once it has passed; nil where it never passes.
  public var remaining: Duration? {
    guard let moment else { return nil }
    return max(.zero, SuspendingClock().now.duration(to: moment))
  }
}
