/// Which parts of a text a template engine writes on a condition only: what stands between
/// `{{ if x }}` or `{% if x %}` and its end, branch by branch, and what `with`, `range` and `for` leave
/// out or repeat.
public struct TemplateBranches: Sendable {
  /// A stretch of one branch, up to the next stretch. The first one is outside of all.
  private struct Stretch {
    var start: Int
    var branch: Int
  }

  /// Each with the branch around it and the block that it is of.
  private struct Branch {
    var parent: Int
    var block: Int
    var depth: Int
    /// The word that opened the block, which tells its end in Jinja.
    var word: String
  }

  private var stretches = [Stretch(start: 0, branch: 0)]
  private var branches = [Branch(parent: 0, block: 0, depth: 0, word: "")]
  /// Whether a template engine writes anything.
  public private(set) var hasTemplates = false

  /// What is deeper belongs to the branch around it; nobody nests as many.
  private static let depthLimit = 100

  /// Of a text without any template.
  public init() {}

  public init(_ source: SourceText) {
    let text = source.scalars
    var current = 0
    var blocks = 0
    var tooDeep = 0
    let parts = TemplateMask.parts(of: text)
    hasTemplates = !parts.isEmpty
    for part in parts {
      switch Statement(text, part) {
      case .opens where branches[current].depth == Self.depthLimit: tooDeep += 1
      case .closes where tooDeep > 0: tooDeep -= 1
      case .opens(let word):
        blocks += 1
        branches.append(
          Branch(
            parent: current, block: blocks, depth: branches[current].depth + 1, word: word))
        current = branches.count - 1
      case .divides where tooDeep == 0 && current > 0:
        branches.append(branches[current])
        current = branches.count - 1
      case .closes(let word) where word == nil || word == branches[current].word:
        current = branches[current].parent
      case .closes, .divides, nil: continue
      }
      stretches.append(Stretch(start: part.upperBound, branch: current))
    }
  }

  /// Whether what stands at an offset is there wherever what stands at another one is.
  public func has(_ offset: Int, whereverThereIs other: Int) -> Bool {
    let outer = branch(at: offset)
    var inner = branch(at: other)
    while branches[inner].depth > branches[outer].depth { inner = branches[inner].parent }
    return inner == outer
  }

  /// Whether what stands at two offsets may be there at once: not in two branches of one block.
  public func mayHave(_ first: Int, with second: Int) -> Bool {
    var (left, right) = (branch(at: first), branch(at: second))
    while left != right {
      if branches[left].block == branches[right].block { return false }
      if branches[left].depth >= branches[right].depth {
        left = branches[left].parent
      } else {
        right = branches[right].parent
      }
    }
    return true
  }

  private func branch(at offset: Int) -> Int {
    var low = 0
    var high = stretches.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if stretches[middle].start <= offset { low = middle } else { high = middle }
    }
    return stretches[low].branch
  }
}

/// What a part of a template does to what follows it.
private enum Statement {
  case opens(String)
  case divides
  /// The word of the block; Go has one end for all.
  case closes(String?)

  /// Go: `{{- if x }}`, `{{ else }}`, `{{ end }}`; Jinja: `{% if x %}`, `{% elif x %}`, `{% endif %}`.
  init?(_ text: [Unicode.Scalar], _ part: Range<Int>) {
    let isGo = text[part.lowerBound + 1] == "{"
    let inside = part.dropFirst(2).dropLast(2).drop { Self.marks.contains(text[$0]) }
    let name = inside.prefix(16).prefix { !Self.marks.contains(text[$0]) && text[$0] != "(" }
    var word = String.UnicodeScalarView()
    for index in name { word.append(text[index]) }
    // A variable of Jinja may have such a name, but no arguments.
    let hasArguments = inside.dropFirst(name.count).contains { !Self.marks.contains(text[$0]) }
    switch String(word) {
    case "else", "elif": self = .divides
    case "end" where isGo && !hasArguments: self = .closes(nil)
    case let word where !isGo && word.hasPrefix("end"): self = .closes(String(word.dropFirst(3)))
    case let word where (isGo ? Self.ofGo : Self.ofJinja).contains(word) && hasArguments:
      self = .opens(word)
    default: return nil
    }
  }

  private static let marks: Set<Unicode.Scalar> = [" ", "\t", "\n", "\r", "-", "+"]
  private static let ofGo: Set<String> = ["if", "with", "range", "define", "block"]
  private static let ofJinja: Set<String> = [
    "if", "for", "with", "macro", "block", "call", "filter",
  ]
}
