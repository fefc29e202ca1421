/// The part of JSON Schema (draft 2020-12) that our schemas use: type, const, enum, required,
/// properties, additionalProperties, minProperties, maxProperties, items, minItems, anyOf, oneOf,
/// minimum, minLength, pattern, and `$ref` within the document. A keyword that it does not know is
/// a violation, so that none is passed over.
///
/// Beyond the draft, a property that the schema does not name is a violation too, although the
/// schemas let versions to come add some: what this version writes is to be documented.
public struct JSONSchema {
  let root: ParsedJSON

  public init(root: ParsedJSON) { self.root = root }

  /// Every violation, as "path: what is wrong"; empty where the document is valid.
  public func violations(of document: ParsedJSON) -> [String] {
    check(document, against: root, at: "$")
  }

  private static let annotations: Set = ["$schema", "$id", "$defs", "title", "description"]

  private func check(_ value: ParsedJSON, against schema: ParsedJSON, at path: String) -> [String] {
    if case .bool(let allowed) = schema { return allowed ? [] : ["\(path): is not allowed"] }
    guard let keywords = schema.fields else { return ["\(path): the schema is not an object"] }
    var problems: [String] = []
    for (keyword, argument) in keywords.sorted(by: { $0.key < $1.key }) {
      switch keyword {
      case _ where Self.annotations.contains(keyword): break
      case "$ref":
        if let target = resolve(argument) {
          problems += check(value, against: target, at: path)
        } else {
          problems.append("\(path): \(argument) leads nowhere")
        }
      case "anyOf":
        let attempts = (argument.elements ?? []).map { check(value, against: $0, at: path) }
        if !attempts.contains([]) {
          problems.append("\(path): fits none of anyOf \(attempts)")
        }
      case "oneOf":
        let attempts = (argument.elements ?? []).map { check(value, against: $0, at: path) }
        let count = attempts.count { $0 == [] }
        if count != 1 { problems.append("\(path): fits \(count) of oneOf \(attempts)") }
      case "type":
        let names = argument.elements ?? [argument]
        if !names.contains(where: { $0.string.map(value.isOfType) ?? false }) {
          problems.append("\(path): is not \(names)")
        }
      case "const": if value != argument { problems.append("\(path): is not \(argument)") }
      case "enum":
        if argument.elements?.contains(value) != true {
          problems.append("\(path): \(value) is none of \(argument)")
        }
      case "minimum":
        if let number = value.number, let least = argument.number, number < least {
          problems.append("\(path): \(number) is less than \(least)")
        }
      case "minLength":
        if let string = value.string, let least = argument.integer,
          string.unicodeScalars.count < Int(least)
        {
          problems.append("\(path): is shorter than \(least)")
        }
      case "minItems", "minProperties", "maxProperties":
        problems += checkCount(keyword, argument, value, at: path)
      case "pattern": problems += checkPattern(argument, value, at: path)
      case "required":
        for name in (argument.elements ?? []).compactMap(\.string)
        where value.fields.map({ $0[name] == nil }) ?? false {
          problems.append("\(path): lacks '\(name)'")
        }
      case "properties", "additionalProperties": break
      case "items":
        for (index, element) in (value.elements ?? []).enumerated() {
          problems += check(element, against: argument, at: "\(path)[\(index)]")
        }
      default: problems.append("\(path): keyword '\(keyword)' is not known")
      }
    }
    return problems + checkFields(of: value, against: keywords, at: path)
  }

  private func checkFields(
    of value: ParsedJSON, against keywords: [String: ParsedJSON], at path: String
  ) -> [String] {
    guard let fields = value.fields,
      keywords["properties"] != nil || keywords["additionalProperties"] != nil
    else { return [] }
    var problems: [String] = []
    for (name, field) in fields.sorted(by: { $0.key < $1.key }) {
      let place = "\(path).\(name)"
      if let schema = keywords["properties"]?[name] {
        problems += check(field, against: schema, at: place)
      } else if let schema = keywords["additionalProperties"], schema != .bool(false) {
        problems += check(field, against: schema, at: place)
      } else {
        problems.append("\(place): is not in the schema")
      }
    }
    return problems
  }

  private func checkCount(
    _ keyword: String, _ limit: ParsedJSON, _ value: ParsedJSON, at path: String
  ) -> [String] {
    let count = keyword == "minItems" ? value.elements?.count : value.fields?.count
    guard let count, let limit = limit.integer.map(Int.init) else { return [] }
    if keyword.hasPrefix("max") {
      return count > limit ? ["\(path): has \(count), more than \(limit)"] : []
    }
    return count < limit ? ["\(path): has \(count), fewer than \(limit)"] : []
  }

  private func checkPattern(_ pattern: ParsedJSON, _ value: ParsedJSON, at path: String) -> [String]
  {
    guard let pattern = pattern.string, let string = value.string else { return [] }
    guard let regex = try? Regex(pattern) else { return ["\(path): \(pattern) is no pattern"] }
    return string.firstMatch(of: regex) == nil ? ["\(path): does not match \(pattern)"] : []
  }

  private func resolve(_ reference: ParsedJSON) -> ParsedJSON? {
    guard let steps = reference.string?.split(separator: "/"), steps.first == "#" else {
      return nil
    }
    return steps.dropFirst().reduce(Optional(root)) { $0?[String($1)] }
  }
}

extension ParsedJSON {
  fileprivate func isOfType(_ name: String) -> Bool {
    switch (self, name) {
    case (.null, "null"), (.bool, "boolean"), (.integer, "integer"), (.integer, "number"),
      (.number, "number"), (.string, "string"), (.array, "array"), (.object, "object"):
      true
    default: false
    }
  }

  fileprivate var number: Double? {
    switch self {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }
}
