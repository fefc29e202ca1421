internal import CEL
internal import YAML

/// The topics that `sockwise explain` knows.
public struct TopicSet: Sendable {
  /// In the order of their ids.
  public let topics: [Topic]
  /// What is wrong with the files, in the order of paths and positions. Topics whose files have
  /// errors are not among `topics`.
  public let diagnostics: [RuleDiagnostic]

  /// Reads all files.
  ///
  /// - Parameter rules: ids of the rules that there are. A topic may name no others, and none of
  ///   them may be a topic's id, since `sockwise explain` takes either.
  public static func load(_ source: RuleSource, rules: [String]) -> TopicSet {
    var topics: [Topic] = []
    var diagnostics = source.diagnostics
    for file in source.files {
      switch file.content {
      case .failure(let diagnostic): diagnostics.append(diagnostic)
      case .success(let bytes):
        let (topic, problems) = read(path: file.path, content: bytes, rules: rules)
        if let topic { topics.append(topic) }
        diagnostics += problems
      }
    }
    return TopicSet(
      topics: topics.sorted { $0.id < $1.id },
      diagnostics: diagnostics.sorted(by: RuleDiagnostic.precedes))
  }

  private static func read(
    path: String, content: [UInt8], rules: [String]
  ) -> (Topic?, [RuleDiagnostic]) {
    do throws(RuleDiagnostic) {
      let source = try SourceText.strict(path: path, bytes: content)
      let document = YAMLDocument(source)
      var reader = RuleReader(source: source, schema: Schema())
      reader.problems.add(document.problems, of: source)
      let topic = document.root.flatMap { reader.topic($0, rules: rules) }
      if document.root == nil && document.problems.isEmpty {
        reader.error(0..<0, "file has no topic in it")
      }
      return (reader.problems.hasErrors ? nil : topic, reader.problems.diagnostics(of: path))
    } catch {
      return (nil, [error])
    }
  }

  public func topic(_ id: String) -> Topic? { topics.first { $0.id == id } }
}
