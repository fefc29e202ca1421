/// How facts are called outside rules.
enum FactName {
  /// Facts under these are sysctls, and what follows is the key.
  static let sysctlPrefixes = ["sysctl.", "host.sysctl."]

  /// The name for people: a sysctl goes by its key, anything else by its path.
  static func display(_ fact: String) -> String {
    for prefix in sysctlPrefixes where fact.hasPrefix(prefix) {
      return String(fact.dropFirst(prefix.count))
    }
    return fact
  }

  /// A sysctl key as rules spell it: what cannot stand in an identifier becomes `_`.
  static func identifiers(ofKey key: String) -> String {
    String(
      key.map { character in
        let isPlain = character.isASCII && (character.isLetter || character.isNumber)
        return isPlain || character == "." ? character : "_"
      })
  }
}
