import ArgumentParser
import CEL
import HostFacts
import Reports
import RuleData
import Rules

/// `sockwise explain`: what a rule says, why, and what to do; what is commonly said about ports, and
/// what Linux does.
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explain a rule or a topic.",
    discussion: """
      Of a rule: why it matters, when it speaks, what to do, and the sources. Of a topic, which is \
      a question about ports and connections: what is commonly said, what Linux does, and what \
      shows it. Both name what 'sockwise prove' can show of it on this kernel. Without a name: \
      lists topics and rules.
      """)

  @OptionGroup var options: RuleOptions

  @Option(
    help: ArgumentHelp(
      "Language of pages and titles; without it that of the locale (LC_ALL, LC_MESSAGES, LANG), or else English. What is not translated is English.",
      valueName: "LANGUAGE"))
  var lang: LanguageArgument?

  @Argument(help: "Id of a rule, as a report shows it, or of a topic.") var name: String?

  func run() throws {
    let language = lang?.language ?? Terminal.language
    let rules = options.load()
    let topics = TopicSet.builtIn
    guard let name else {
      try list(topics, rules, in: language)
      return
    }
    _ = rules.diagnostics.report()
    let page: [UInt8]
    if let rule = rules.rule(name) {
      let example = rule.example(schema: Host.schema, language: language.translation)
      page = RulePage(rule, example: example, in: language).text(.ofTerminal)
    } else if let topic = topics.topic(name) {
      let about = topic.rules.compactMap(rules.rule)
      page = TopicPage(topic, rules: about, in: language).text(.ofTerminal)
    } else {
      let names = topics.topics.map(\.id) + rules.rules.map(\.id)
      let hint = Suggestion.nearest(to: name, among: names).map { "; did you mean '\($0)'?" }
      throw ValidationError(
        "no rule or topic is called '\(name.shown)'\(hint ?? "")\n'sockwise explain' lists them")
    }
    try OutputRequest.Destination.standardOutput.write(page)
  }

  /// Questions, then rules as `rules list` shows them.
  private func list(_ topics: TopicSet, _ rules: RuleSet, in language: Language) throws {
    let width = topics.topics.map(\.id.count).max() ?? 0
    var text = (language == .chinese ? "主题" : "Topics") + "\n"
    for topic in topics.topics {
      text +=
        "  " + topic.id.padded(to: width) + "  " + topic.text(in: language.rawValue).title + "\n"
    }
    text += "\n" + (language == .chinese ? "规则" : "Rules") + "\n"
    try printOutput(text)
    try RulesCommand.List.print(rules, indent: 2, in: language)
  }
}

/// A language on the command line.
enum LanguageArgument: String, CaseIterable, ExpressibleByArgument {
  case en, zh

  var language: Language { self == .zh ? .chinese : .english }
}

extension TopicSet {
  /// The topics inside the binary; the build has read and checked them.
  static var builtIn: TopicSet {
    let files = RuleData.topics.map { file in
      RuleSource.File(path: file.path, content: .success(Array(file.text.utf8)))
    }
    let rules = RuleData.files.compactMap { $0.path.split(separator: "/").last?.dropLast(5) }
    return load(RuleSource(name: "built in", files: files), rules: rules.map(String.init))
  }
}
