/// A question about ports and connections, what is commonly said of it, and what Linux does.
///
/// Read from one file of `topics/`, which `sockwise explain TOPIC` shows.
public struct Topic: Sendable {
  /// The keys of a topic file, in the order in which one is best written.
  enum Key: String, CaseIterable {
    case id, title, said, linux, proof, claims, rules, references, translations

    /// Whether every topic has it: not each can be shown by an experiment of a minute.
    var isRequired: Bool { self != .claims }
  }

  /// A language that every topic is in, besides English.
  public static let languages = ["zh"]

  /// What it says in one language. Blank lines part paragraphs; one that begins with a space is
  /// shown as it stands, such as a command after `$` (`#` for root) and what it prints.
  public struct Text: Sendable {
    /// The question, on one line.
    public var title: String
    /// What the popular explanation says.
    public var said: String
    /// What Linux does, and where that differs.
    public var linux: String
    /// What was measured, on which kernel, and how to see it oneself.
    public var proof: String

    /// Its keys.
    static let keys: [Topic.Key] = [.title, .said, .linux, .proof]
  }

  /// The file that it was read from.
  public let path: String
  public let id: String
  /// In English.
  public let text: Text
  /// Ids of the claims of `sockwise prove` that show it on the running kernel.
  public let claims: [String]
  /// Ids of rules that are about it.
  public let rules: [String]
  /// Primary sources.
  public let references: [String]
  /// By language code.
  let translations: [String: Text]

  /// What it says in a language; in English where it is not translated.
  public func text(in language: String) -> Text { translations[language] ?? text }
}
