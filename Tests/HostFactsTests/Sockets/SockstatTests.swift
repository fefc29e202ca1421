import CEL
import Testing

@testable import HostFacts

@Suite struct SockstatTests {
  static let text = """
    sockets: used 294
    TCP: inuse 38 orphan 1 tw 12 alloc 45 mem 6
    UDP: inuse 13 mem 4
    FRAG: inuse 0 memory 0

    """

  @Test func numbersByProtocol() {
    #expect(
      Sockstat.parse(Self.text)
        == [
          "sockets": ["used": 294],
          "TCP": ["inuse": 38, "orphan": 1, "tw": 12, "alloc": 45, "mem": 6],
          "UDP": ["inuse": 13, "mem": 4], "FRAG": ["inuse": 0, "memory": 0],
        ])
  }

  @Test(arguments: ["", "TCP", "TCP:", "TCP: inuse", ": inuse"])
  func otherTextGivesNothing(_ text: String) { #expect(Sockstat.parse(text).isEmpty) }

  @Test func whatIsNoNumberIsNotWhatIsNotThere() {
    let scratch = ScratchDirectory()
    scratch.write("proc/net/sockstat", "TCP: inuse x tw 12\n")
    let sockstat = Sockstat.read(HostRoot(scratch.path))
    #expect(
      sockstat["TCP", "inuse"] == .unavailable(.init("inuse of TCP is no number")))
    #expect(sockstat["TCP", "tw"].value == 12)
  }

  @Test func theFamiliesFailApart() {
    let scratch = ScratchDirectory()
    scratch.write("proc/net/sockstat", Self.text)
    let sockstat = Sockstat.read(HostRoot(scratch.path))
    #expect(
      sockstat["TCP", "tw"] == .value(12, .file(SourceLocation(path: "/proc/net/sockstat"))))
    #expect(sockstat["TCP", "none"] == .absent("this kernel reports no none for TCP"))
    #expect(sockstat["TCP6", "inuse"] == .absent("there is no '/proc/net/sockstat6'"))
  }

  @Test func theFieldsOfThisKernel() {
    let sockstat = Sockstat.read(HostRoot())
    for leaf in Sockstat.tree.leaves {
      guard case .object(let object) = sockstat.factValue,
        case .value(.object(let inner), _)? = object.fields[leaf.path[0]],
        case .value(.int, _)? = inner.fields[leaf.path[1]]
      else {
        Issue.record("no \(leaf.path)")
        continue
      }
    }
  }
}
