internal import CEL

extension CompactWriter {
  mutating func write(_ rest: Rule.Rest) throws {
    try write(rest.severity)
    try write(rest.confidence)
    try write(rest.message)
    try write(rest.locate) { try $0.write($1) }
    try write(rest.remedies) { try $0.write($1) }
    write(rest.rationale)
    write(rest.references)
    write(rest.proof)
    write(rest.facts.paths)
    write(rest.facts.sysctl)
    // At the end, as they are read last, if at all.
    try write(rest.translations.value) {
      $0.write($1.language)
      $0.write($1.title)
      $0.write($1.rationale)
      try $0.write($1.texts) { try $0.write($1) }
    }
  }

  private mutating func write<Level: CaseIterable & Equatable>(_ graded: Graded<Level>) throws {
    write(choice: graded.standard)
    try write(graded.cases.compactMap { level in level.condition.map { ($0, level.level) } }) {
      try $0.write($1.0)
      $0.write(choice: $1.1)
    }
  }

  private mutating func write(_ template: Template) throws {
    write(template.text)
    try write(template.parts) { writer, part in
      switch part {
      case .text(let text):
        writer.write(false)
        writer.write(text)
      case .placeholder(let expression):
        writer.write(true)
        try writer.write(expression)
      }
    }
  }

  private mutating func write(_ remedy: Remedy) throws {
    try write(remedy.condition) { try $0.write($1) }
    switch remedy.action {
    case .sysctl(let settings):
      write(0)
      try write(settings)
    case .unit(let settings):
      write(1)
      try write(settings)
    case .code(let text):
      write(2)
      try write(text)
    case .note(let text):
      write(3)
      try write(text)
    }
  }

  private mutating func write(_ settings: [Remedy.Setting]) throws {
    try write(settings) {
      try $0.write($1.key)
      try $0.write($1.value)
    }
  }
}

extension CompactReader {
  mutating func rest() throws -> Rule.Rest {
    let severity: Graded<Severity> = try graded()
    let confidence: Graded<Confidence> = try graded()
    let message = try template()
    let locate = try optional { try $0.expression() }
    let remedies = try list { try $0.remedy() }
    let rationale = try string()
    let references = try strings()
    let proof = try optionalString()
    var facts = Rule.Facts()
    facts.paths = try strings()
    facts.sysctl = try optionalString()
    let translations = Deferred { [self] in
      var reader = self
      return (try? reader.translations()) ?? []
    }
    return Rule.Rest(
      severity: severity, confidence: confidence, rationale: rationale, references: references,
      translations: translations, proof: proof, message: message, locate: locate,
      remedies: remedies, facts: facts)
  }

  private mutating func translations() throws -> [Rule.Translation] {
    let translations = try list { reader in
      let language = try reader.string()
      let title = try reader.optionalString()
      let rationale = try reader.optionalString()
      let texts = try reader.list { try $0.template() }
      return Rule.Translation(
        language: language, title: title, rationale: rationale, texts: texts)
    }
    guard isAtEnd else { throw malformed() }
    return translations
  }

  private mutating func graded<Level: CaseIterable>() throws -> Graded<Level> {
    let last = try choice(Level.self)
    let cases = try list { reader in
      let condition = try reader.expression()
      return Graded<Level>.Case(condition: condition, level: try reader.choice(Level.self))
    }
    return Graded(cases, last: last)
  }

  private mutating func template() throws -> Template {
    let text = try string()
    let parts: [Template.Part] = try list { reader in
      try reader.bool() ? .placeholder(try reader.expression()) : .text(try reader.string())
    }
    return Template(text: text, parts: parts)
  }

  private mutating func remedy() throws -> Remedy {
    let condition = try optional { try $0.expression() }
    let action: Remedy.Action
    switch try int() {
    case 0: action = .sysctl(try settings())
    case 1: action = .unit(try settings())
    case 2: action = .code(try template())
    case 3: action = .note(try template())
    default: throw malformed()
    }
    return Remedy(condition: condition, action: action)
  }

  private mutating func settings() throws -> [Remedy.Setting] {
    try list { reader in
      let key = try reader.template()
      return Remedy.Setting(key: key, value: try reader.template())
    }
  }
}

extension Rule {
  /// What a rule says that cannot be read as the build compiled it; the tests have read every one.
  static let unreadableMessage = "this rule of the program is damaged; install Sockwise anew"
}

extension Rule.Rest {
  /// In the place of what cannot be read.
  static let unreadable = Rule.Rest(
    severity: Graded(last: Severity.medium), confidence: Graded(last: Confidence.low),
    message: Template(text: "", parts: [.text(Rule.unreadableMessage)]))
}
