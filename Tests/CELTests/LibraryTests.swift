import Testing

@testable import CEL

@Suite struct LibraryTests {
  @Test func everythingIsDocumentedOnce() {
    let names = Library.reference.map(\.name)
    #expect(Set(names).count == names.count)
    for reference in Library.reference {
      #expect(!reference.signatures.isEmpty, "\(reference.name)")
      #expect(reference.documentation.hasSuffix("."), "\(reference.name)")
    }
  }

  @Test func signaturesReadLikeCalls() {
    let signatures = Set(Library.reference.flatMap(\.signatures))
    for signature in [
      "string.startsWith(string) -> bool", "size(list(A)) -> int", "int_set.size() -> int",
      "list(A)[int] -> A", "A in list(A) -> bool", "!bool -> bool", "-int -> int",
      "bool ? A : A -> A", "bool && bool -> bool", "int + int -> int", "int < double -> bool",
      "duration.getHours() -> int", "has(a.b) -> bool",
    ] {
      #expect(signatures.contains(signature), "\(signature)")
    }
  }

  @Test func everyFunctionTakesItsArguments() {
    for function in Library.functions {
      for overload in function.overloads {
        let count: Int? =
          switch function.implementation {
          case .unary: 1
          case .binary: 2
          case .special: nil
          }
        #expect(count == nil || count == overload.parameters.count, "\(function.name)")
      }
    }
  }
}
