import CEL

extension Origin {
  /// The places that a derived value goes back to, each once, in order; of others the place itself.
  var roots: [Origin] {
    var roots: [Origin] = []
    var seen: Set<Origin> = []
    var pending = [self]
    while let origin = pending.popLast() {
      if case .derived(let inputs) = origin {
        pending.append(contentsOf: inputs.reversed())
      } else if seen.insert(origin).inserted {
        roots.append(origin)
      }
    }
    return roots
  }

  /// For people, in a few words; at most two places of a derived value are named.
  var text: String {
    guard case .derived = self else { return place }
    var places: [String] = []
    for root in roots where !places.contains(root.shortPlace) { places.append(root.shortPlace) }
    guard !places.isEmpty else { return "derived" }
    let named = places.prefix(2).joined(separator: ", ")
    let more = places.count > 2 ? " and \(places.count - 2) more" : ""
    return "derived from \(named)\(more)"
  }

  private var place: String {
    switch self {
    case .file(let location): location.text
    case .dump(let source): source
    case .defaultValue(let series): "default of \(series)"
    case .derived: "derived"
    }
  }

  /// A dump without what was asked of it, a sysctl by its key.
  private var shortPlace: String {
    switch self {
    case .dump(let source):
      source.split(separator: ":", maxSplits: 1).first.map(String.init) ?? source
    case .file(let location) where location.path.hasPrefix("/proc/sys/"):
      location.path.split(separator: "/").dropFirst(2).joined(separator: ".")
    default: place
    }
  }
}

extension SourceLocation {
  /// `path`, `path:line` or `path:line:column`.
  var text: String {
    guard let line else { return path }
    guard let column else { return "\(path):\(line)" }
    return "\(path):\(line):\(column)"
  }
}
