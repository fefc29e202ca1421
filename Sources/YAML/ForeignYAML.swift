/// YAML that was written for another program: several documents, tags, anchors, aliases, merge keys,
/// duplicate keys and templates are all taken as they come.
///
/// Templates are hidden first, see `TemplateMask`. Duplicate keys stay, as the branches of a template
/// may have them. A merge key brings in what the mapping does not have. Values with a tag that is not
/// YAML's own, such as `!vault`, are refused.
public enum ForeignYAML {
  static let depthLimit = 128
  /// How many nodes a document may have, those that aliases repeat among them: each alias that
  /// repeats ten others makes ten times as many of them.
  static let nodeLimit = 250_000

  /// A text whose templates are hidden, every character in its place.
  public static func masked(_ source: SourceText) -> SourceText {
    var text = String.UnicodeScalarView()
    for scalar in TemplateMask.masked(source.scalars) { text.append(scalar) }
    return SourceText(path: source.path, bytes: Array(String(text).utf8))
  }

  /// Hands each document to `body`, one after another; what ends the reading early, if something
  /// does.
  public static func read(_ source: SourceText, _ body: (YAMLNode) -> Void) -> YAMLProblem? {
    var text = String.UnicodeScalarView()
    for scalar in TemplateMask.masked(source.scalars) {
      text.append(isAllowed(scalar) ? scalar : "\u{fffd}")
    }
    guard let events = YAMLEvents(Array(String(text).utf8)) else { return nil }
    do throws(YAMLEvents.Failure) {
      _ = try events.next()  // stream start
      while case .documentStart = try events.next().kind {
        var reader = ForeignReader()
        let root = try reader.node(try events.next(), events, depth: 0)
        _ = try events.next()  // document end
        body(root)
      }
      return nil
    } catch {
      return YAMLProblem(error, in: source)
    }
  }

  /// Whether YAML allows a character: libyaml would not say where the first other one is.
  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0A, 0x0D, 0x85: true
    case 0..<0x20, 0x7F..<0xA0, 0xFEFF, 0xFFFE, 0xFFFF: false
    default: true
    }
  }
}

extension YAMLNode {
  /// The value of a key of a mapping; of a key that is there twice, the last one, as most readers
  /// take it.
  public subscript(_ key: String) -> YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.last { $0.key == key }?.value
  }

  /// The entries of a mapping; none where it is something else.
  public var entries: [YAMLEntry] {
    if case .mapping(let entries) = content { entries } else { [] }
  }

  /// The elements of a list; none where it is something else.
  public var elements: [YAMLNode] {
    if case .sequence(let nodes) = content { nodes } else { [] }
  }

  /// The text of a scalar, whatever it is written as.
  public var text: String? {
    if case .scalar(let scalar) = content { scalar.value } else { nil }
  }
}

/// Builds the tree of one document.
private struct ForeignReader {
  /// Nodes so far, repeated ones among them.
  private var count = 0
  private var anchors: [String: (node: YAMLNode, count: Int)] = [:]

  mutating func node(
    _ event: YAMLEvents.Event, _ events: borrowing YAMLEvents, depth: Int
  ) throws(YAMLEvents.Failure) -> YAMLNode {
    guard depth < ForeignYAML.depthLimit else {
      throw limit("nested deeper than \(ForeignYAML.depthLimit) levels", event)
    }
    let before = count
    count += 1
    var node = YAMLNode(content: .refused, range: event.range)
    switch event.kind {
    case .scalar(let scalar):
      if event.tag?.hasPrefix("tag:yaml.org,2002:") ?? true { node.content = .scalar(scalar) }
    case .sequenceStart:
      node.content = .sequence(try sequence(events, depth: depth))
    case .mappingStart:
      node.content = .mapping(try mapping(events, depth: depth))
    case .alias(let name):
      if let anchor = anchors[name] {
        count += anchor.count
        node.content = anchor.node.content
      }
    default: break
    }
    guard count <= ForeignYAML.nodeLimit else {
      throw limit("more than \(ForeignYAML.nodeLimit) values in one document", event)
    }
    if let anchor = event.anchor { anchors[anchor] = (node, count - before) }
    return node
  }

  private func limit(_ problem: String, _ event: YAMLEvents.Event) -> YAMLEvents.Failure {
    YAMLEvents.Failure(problem: problem, offset: event.range.lowerBound, isLimit: true)
  }

  private mutating func sequence(
    _ events: borrowing YAMLEvents, depth: Int
  ) throws(YAMLEvents.Failure) -> [YAMLNode] {
    var nodes: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event.kind { return nodes }
      nodes.append(try node(event, events, depth: depth + 1))
    }
  }

  private mutating func mapping(
    _ events: borrowing YAMLEvents, depth: Int
  ) throws(YAMLEvents.Failure) -> [YAMLEntry] {
    var entries: [YAMLEntry] = []
    var merged: [YAMLNode] = []
    while true {
      let event = try events.next()
      if case .mappingEnd = event.kind { break }
      let key = try node(event, events, depth: depth + 1)
      let value = try node(try events.next(), events, depth: depth + 1)
      guard case .scalar(let scalar) = key.content else { continue }
      if scalar.value == "<<", scalar.style == .plain {
        merged += value.elements.isEmpty ? [value] : value.elements
      } else {
        entries.append(YAMLEntry(key: scalar.value, keyRange: key.range, value: value))
      }
    }
    if merged.isEmpty { return entries }
    var names = Set(entries.map(\.key))
    for mapping in merged {
      let missing = mapping.entries.filter { !names.contains($0.key) }
      entries += missing
      names.formUnion(missing.map(\.key))
    }
    return entries
  }
}
