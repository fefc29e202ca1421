public import CEL

extension Rule {
  /// Judges the facts: one outcome for each element of `for_each`, or one.
  ///
  /// - Parameter scopeName: name of the audited network namespace in subjects and fingerprints;
  ///   empty for the own one and for the host.
  /// - Parameter language: the one that findings are translated to besides, such as `zh`.
  public func evaluate(
    in activation: Activation, scopeName: String = "", language: String? = nil
  ) -> [Outcome] {
    judgements(in: activation, scopeName: scopeName, language: language).map(\.outcome)
  }

  func judgements(
    in activation: Activation, scopeName: String, language: String?
  ) -> [Judgement] {
    var run = RuleRun(
      rule: self, activation: activation, scopeName: scopeName, language: language)
    return run.judgements()
  }
}

/// An outcome and what it is about.
struct Judgement {
  var outcome: Outcome
  /// Of findings; empty for others and for rules without `for_each`.
  var identity = Identity()
}

/// One rule on the facts of one scope.
private struct RuleRun {
  let rule: Rule
  var activation: Activation
  let scopeName: String
  let language: String?
  /// Facts that decided that the rule applies.
  private var appliesEvidence: [ObservedFact]?
  /// How many findings each identity has.
  private var counts: [Identity: Int] = [:]

  init(rule: Rule, activation: Activation, scopeName: String, language: String?) {
    self.rule = rule
    self.activation = activation
    self.scopeName = scopeName
    self.language = language
    var parameters: [String: Field] = [:]
    for parameter in rule.parameters { parameters[parameter.name] = .value(parameter.value, nil) }
    let object = ObjectValue(typeName: "Params", fields: parameters)
    self.activation.variables["params"] = .value(.object(object), nil)
  }

  mutating func judgements() -> [Judgement] {
    if let applies = rule.applies {
      switch applies.evaluate(in: activation).value {
      case .bool(true): break
      case .bool(false): return [Judgement(outcome: .notApplicable("not true: \(applies.text)"))]
      case let value: return [undecided(value, Identity(), wanted: "a bool")]
      }
    }
    guard let element = rule.element else { return [judge(nil)] }
    let elements: [Value]
    switch element.list.evaluate(in: activation).value {
    case .list(let values): elements = values
    case let value: return [undecided(value, Identity(), wanted: "a list")]
    }
    if elements.isEmpty {
      return [Judgement(outcome: .notApplicable("no element in \(element.list.text)"))]
    }
    var judgements: [Judgement] = []
    judgements.reserveCapacity(elements.count)
    for value in elements {
      if case .unknown(var unknown) = value {
        for index in unknown.missing.indices where unknown.missing[index].fact.isEmpty {
          unknown.missing[index].fact = element.list.text
        }
        judgements.append(undecided(.unknown(unknown), Identity(), wanted: ""))
        continue
      }
      activation.variables[element.name] = .value(value, nil)
      judgements.append(judge(element))
    }
    return judgements
  }

  private func identity(_ element: Rule.Element?) -> Identity {
    Identity(
      parts: (element?.identity ?? []).map { part in
        let value = part.expression.evaluate(in: activation).value
        return Identity.Part(name: part.name, value: ValueText.printed(value))
      })
  }

  /// Judges one element, or the whole; the identity is worked out only where it is told.
  private mutating func judge(_ element: Rule.Element?) -> Judgement {
    if let first = rule.firstCondition {
      for index in rule.neededByFirst { define(rule.definitions[index]) }
      if case .bool(false) = first.evaluate(in: activation).value {
        return Judgement(outcome: .pass)
      }
    }
    for index in rule.neededByCondition { define(rule.definitions[index]) }
    switch rule.condition.evaluate(in: activation).value {
    case .bool(false): return Judgement(outcome: .pass)
    case .bool(true): return finding(identity(element))
    case let value: return undecided(value, identity(element), wanted: "a bool")
    }
  }

  /// A name whose expression fails holds that failure: it counts only where the name is read.
  private mutating func define(_ definition: Rule.Definition) {
    let value = definition.expression.evaluate(in: activation).value
    activation.variables[definition.name] = .value(value, nil)
  }

  private mutating func finding(_ identity: Identity) -> Judgement {
    for definition in rule.definitions { define(definition) }
    let evidence = evidence()
    let number = counts[identity, default: 0] + 1
    counts[identity] = number
    var confidence = rule.confidence.level(in: activation)
    // What nobody set may still differ from the kernel's default when the host runs.
    if evidence.contains(where: \.isDefaultSysctl) { confidence = confidence.lower }
    var finding = Finding(
      rule: rule.id, title: rule.title, severity: rule.severity.level(in: activation),
      confidence: confidence, isNote: rule.isNote,
      subject: subject(identity) + (number > 1 ? "#\(number)" : ""),
      message: rule.message.rendered(in: activation).text,
      evidence: evidence, locations: locations(evidence),
      remediation: rule.remedies.compactMap { $0.remediation(in: activation) },
      references: rule.references, proof: rule.proof,
      fingerprint: Fingerprint.of(
        rule: rule.id, scope: scopeName, identity: identity, number: number))
    finding.translation = language.flatMap(translation)
    finding.units = rule.element.map(units) ?? []
    return Judgement(outcome: .finding(finding), identity: identity)
  }

  /// The unit that an element is, or whose it is.
  private func units(_ element: Rule.Element) -> [String] {
    guard case .value(.object(let object), _)? = activation.variables[element.name],
      case .value(.string(let unit), _)? = object.fields[element.kind == "unit" ? "name" : "unit"]
    else { return [] }
    return [unit]
  }

  private func translation(in language: String) -> Finding.Translation? {
    rule.translation(in: language).map { translation in
      Finding.Translation(
        language: language, title: translation.title ?? rule.title,
        remediation: rule.remedies(in: translation).compactMap {
          $0.remediation(in: activation)
        })
    }
  }

  private func undecided(_ value: Value, _ identity: Identity, wanted: String) -> Judgement {
    let kind: Undecided.Kind
    let missing: [Missing]
    switch value {
    case .unknown(let unknown): (kind, missing) = (.unknown, unknown.missing)
    case .error(let error): (kind, missing) = (.error, [Missing(reason: error.message)])
    default: (kind, missing) = (.error, [Missing(reason: "the expression did not give \(wanted)")])
    }
    let undecided = Undecided(
      rule: rule.id, subject: subject(identity), kind: kind, missing: missing)
    return Judgement(outcome: .undecided(undecided))
  }

  private func subject(_ identity: Identity) -> String {
    let subject: String
    if let element = rule.element, !identity.parts.isEmpty {
      subject = identity.subject(kind: element.kind)
    } else if let sysctl = rule.facts.sysctl, rule.element == nil {
      subject = "sysctl:\(sysctl)"
    } else {
      subject = rule.scope.rawValue
    }
    return scopeName.isEmpty ? subject : "\(scopeName)/\(subject)"
  }

  // MARK: Evidence

  /// The facts that decided `applies`, the condition and how bad it is, without those that only
  /// pass them on.
  private mutating func evidence() -> [Evidence] {
    if appliesEvidence == nil {
      appliesEvidence = rule.applies.map { facts(of: $0) } ?? []
    }
    let observed =
      (appliesEvidence ?? []) + facts(of: rule.condition)
      + rule.severity.consulted(in: activation).flatMap { facts(of: $0) }
    var seen: Set<String> = []
    // What others found is told with them.
    return observed.filter { $0.path != Rule.findings && seen.insert($0.path).inserted }.map {
      Evidence(fact: $0.path, value: $0.value, origin: $0.origin)
    }
  }

  /// The facts that an expression was decided by; in place of a name of `let`, those beneath it.
  private func facts(of expression: Expression) -> [ObservedFact] {
    var memory: [String: [ObservedFact]] = [:]
    return facts(of: expression, definitions: rule.definitions[...], &memory)
  }

  /// - Parameter definitions: those before the expression, which alone it may name.
  /// - Parameter memory: what was found for names already, as names may use names many times.
  private func facts(
    of expression: Expression, definitions: ArraySlice<Rule.Definition>,
    _ memory: inout [String: [ObservedFact]]
  ) -> [ObservedFact] {
    var facts: [ObservedFact] = []
    for fact in expression.evaluate(in: activation, recordingEvidence: true).evidence {
      let root = String(Rule.root(of: fact.path))
      guard root != "params" else { continue }
      guard let index = definitions.firstIndex(where: { $0.name == root }) else {
        facts.append(fact)
        continue
      }
      let definition = definitions[index].expression
      if definition.references == [definition.text], fact.path.utf8.count > root.utf8.count {
        // The name stands for a path: what was read continues it.
        var whole = fact
        whole.path = definition.text + fact.path.dropFirst(root.count)
        facts.append(whole)
        continue
      }
      let beneath =
        memory[root]
        ?? self.facts(of: definition, definitions: definitions[..<index], &memory)
      memory[root] = beneath
      facts += beneath
    }
    return facts
  }

  /// The place of what `locate` names, then those of the facts that decided.
  private func locations(_ evidence: [Evidence]) -> [SourceLocation] {
    guard let locate = rule.locate else { return [] }
    var locations: [SourceLocation] = []
    for origin in facts(of: locate).map(\.origin) + evidence.map(\.origin) {
      for location in origin?.files ?? [] where !locations.contains(location) {
        locations.append(location)
      }
    }
    return locations
  }
}

extension Evidence {
  /// Whether it is a kernel parameter that has the default of its kernel, for want of a setting.
  fileprivate var isDefaultSysctl: Bool {
    guard case .defaultValue? = origin else { return false }
    return fact.hasPrefix("sysctl.") || fact.hasPrefix("host.sysctl.")
  }
}

extension Confidence {
  /// The next lower; low for low.
  fileprivate var lower: Confidence { self == .high ? .medium : .low }
}

extension Origin {
  /// The places in files that it goes back to.
  public var files: [SourceLocation] {
    switch self {
    case .file(let location): [location]
    case .derived(let origins): origins.flatMap(\.files)
    case .dump, .defaultValue: []
    }
  }
}
