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

  /// For people, in a few words; at most three places of a derived value are named.
  var text: String {
    guard case .derived = self else { return place }
    var places: [String] = []
    for root in roots where !places.contains(root.shortPlace) { places.append(root.shortPlace) }
    guard !places.isEmpty else { return "derived" }
    let named = places.prefix(3).joined(separator: ", ")
    let more = places.count > 3 ? " and \(places.count - 3) more" : ""
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

  /// Without what a dump was asked of.
  private var shortPlace: String {
    guard case .dump(let source) = self else { return place }
    return source.split(separator: ":", maxSplits: 1).first.map(String.init) ?? source
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
