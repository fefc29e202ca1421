/// A language in which pages are shown. What is not translated stays English.
public enum Language: String, CaseIterable, Sendable {
  case english = "en"
  case chinese = "zh"

  /// That of a locale such as `zh_CN.UTF-8` (locale(7)); English where it is another, or where its
  /// characters are not encoded as ours are.
  public init(locale: String) {
    let codeset = locale.drop { $0 != "." }.dropFirst().prefix { $0 != "@" }.lowercased()
    guard ["", "utf-8", "utf8"].contains(codeset) else {
      self = .english
      return
    }
    let name = locale.prefix { $0 != "_" && $0 != "-" && $0 != "." && $0 != "@" }
    self = Language(rawValue: name.lowercased()) ?? .english
  }

  /// What rules call it; nil for the one that they are written in.
  public var translation: String? { self == .english ? nil : rawValue }

  /// One of two texts.
  func text(_ english: String, _ chinese: String) -> String {
    self == .chinese ? chinese : english
  }
}
