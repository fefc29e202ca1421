internal import YAML

/// What is in the file of a repository, and in that of a host.
extension ConfigurationReader {
  private static let keys = ["skip", "enable", "params", "waivers", "fail_on"]
  private static let keysOfReview = ["kernels", "paths"]
  private static let keysOfHost = ["min_severity", "journal", "outputs"]

  /// Keys, and what to say of those that another kind of file has.
  var vocabulary: (keys: [String], elsewhere: [String: String]) {
    func hints(_ keys: [String], _ place: String) -> [String: String] {
      Dictionary(uniqueKeysWithValues: keys.map { ($0, "'\($0)' is for \(place)") })
    }
    return switch kind {
    case .review:
      (
        Self.keys + Self.keysOfReview,
        hints(Self.keysOfHost, "the configuration of a host, which 'sockwise audit' reads")
      )
    case .host:
      (
        Self.keys + Self.keysOfHost,
        hints(Self.keysOfReview, "the configuration of a repository, which 'sockwise review' reads")
      )
    }
  }

  /// Files, by the names of their formats; each with what names of its files must end in.
  mutating func outputs(_ node: YAMLNode, _ formats: [String: String])
    -> [(format: String, path: String)]
  {
    var outputs: [(format: String, path: String)] = []
    for entry in reader.mapping(node, "'outputs'") ?? [] {
      guard let suffix = formats[entry.key] else {
        reader.error(
          entry.keyRange, "no format is called '\(entry.key)'",
          hint: Names.hint(for: entry.key, among: formats.keys.sorted()))
        continue
      }
      guard let path = reader.line(entry.value, "the file of '\(entry.key)'") else { continue }
      // The working directory of a service is nowhere in particular.
      if !path.hasPrefix("/") {
        reader.error(entry.value.range, "'\(path)' must begin with '/'")
      } else if !path.hasSuffix(suffix) {
        reader.error(
          entry.value.range, "'\(path)' must end in '\(suffix)': nobody would read it otherwise")
      } else {
        outputs.append((entry.key, path))
      }
    }
    return outputs
  }
}
