/// The keys of a rule file, in the order in which a rule is best written.
public enum RuleKey: String, CaseIterable, Sendable {
  case id, title, severity, confidence, tags, scope, needs
  case optIn = "opt_in"
  case note, since, rationale, references, translations, proof, supersedes, applies
  case forEach = "for_each"
  case identity, params
  case definitions = "let"
  case condition = "when"
  case message, locate, remediation, tests

  /// Whether every rule has it.
  public var isRequired: Bool {
    switch self {
    case .id, .title, .severity, .confidence, .scope, .since, .rationale, .references, .condition,
      .message, .tests:
      true
    default: false
    }
  }

  /// What it says, in one sentence.
  public var documentation: String {
    switch self {
    case .id: "The rule's name: kebab-case, that of its file, never changed."
    case .title: "The problem in a few words."
    case .severity:
      "How bad a finding is: info, low, medium, high; or a list of `{ when: …, is: … }`, the first "
        + "that holds decides and the last has no `when`."
    case .confidence: "How sure a finding is right: low, medium, high; or a list as of severity."
    case .tags: "Kebab-case words to select rules by."
    case .scope: "`netns`: judged in each network namespace; `host`: once."
    case .needs: "`live`: needs facts that only a live or recorded host has."
    case .optIn: "`true`: judged only when asked for."
    case .note: "`true`: a finding is reassurance, told among the notices and never counted."
    case .since: "The version of Sockwise that brought the rule."
    case .rationale: "Why it matters."
    case .references: "Primary sources, at least one."
    case .translations: "Title, rationale and the texts of remedies by language code."
    case .proof: "The claim of `sockwise prove` that shows it on the running kernel."
    case .supersedes: "Rules left out where this one finds the same thing in the same scope."
    case .applies: "Condition for judging at all; its `has()` guards the other expressions."
    case .forEach: "`{ name: list }`: judge each element of the list under that name."
    case .identity: "Expressions that tell an element from others; default: its key fields."
    case .params: "Constants, `params.name` in expressions, that an administrator may override."
    case .definitions: "Names for expressions, in order."
    case .condition: "The condition that names the problem: true is a finding."
    case .message: "What was found; `{{ expression }}` prints a value."
    case .locate: "The fact whose origin is the place of the finding."
    case .remediation:
      "What to do, best first: entries of `code`, `note`, `sysctl` or `unit`, each perhaps with "
        + "`when`."
    case .tests: "Facts and what the rule must say of them: at least a finding and a pass."
    }
  }
}
