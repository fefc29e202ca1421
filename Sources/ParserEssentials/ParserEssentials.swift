// What ArgumentParser takes from FoundationEssentials, for the release binary alone: `make build`
// compiles this file and lets it stand for that module, which would add 7 MB.
//
// ArgumentParser asks errors whether they are localized, which none of ours is, and makes JSON for
// its hidden `--experimental-dump-help`, which our tests ask of the debug build. The release binary
// prints nothing there.

public protocol LocalizedError: Error {
  var errorDescription: String? { get }
}

public struct Data {}

public struct NotEncoded: Error {}

public final class JSONEncoder {
  public struct OutputFormatting: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) { self.rawValue = rawValue }

    public static let prettyPrinted = Self(rawValue: 1)
    public static let sortedKeys = Self(rawValue: 2)
  }

  public var outputFormatting: OutputFormatting = []

  public init() {}

  public func encode(_ value: some Encodable) throws -> Data { throw NotEncoded() }
}

extension String {
  public struct Encoding: Sendable {
    public static let utf8 = Self()
  }

  public init?(data: Data, encoding: Encoding) { return nil }
}
