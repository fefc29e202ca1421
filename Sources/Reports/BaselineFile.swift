public import Rules

extension Baseline {
  /// Why a file is no baseline, as a sentence for the user.
  public struct Unusable: Error, Hashable, CustomStringConvertible, Sendable {
    public let description: String
  }

  /// Reads `sockwise.baseline/1`.
  public static func read(_ path: String) throws(Unusable) -> Baseline {
    throw Unusable(description: "'\(path.shown)' cannot be read yet")
  }
}
