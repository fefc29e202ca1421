import Testing

@testable import HostFacts

@Suite struct MountInfoTests {
  @Test func lines() {
    let text = #"""
      22 27 0:21 / /proc rw,relatime shared:12 - proc proc rw,hidepid=2
      41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 master:7 - cgroup2 cgroup2 rw
      300 25 0:4 net:[4026532457] /run/netns/a\040b\134c rw shared:150 - nsfs nsfs rw

      """#
    #expect(
      MountInfo.parse(text) == [
        MountInfo(
          root: "/", path: "/proc", type: "proc", options: ["rw", "relatime", "rw", "hidepid=2"]),
        MountInfo(
          root: "/", path: "/sys/fs/cgroup", type: "cgroup2", options: ["rw", "nosuid", "rw"]),
        MountInfo(
          root: "net:[4026532457]", path: #"/run/netns/a b\c"#, type: "nsfs",
          options: ["rw", "rw"]),
      ])
  }

  @Test(arguments: [
    "", "x", "1 2 3", "1 2 3 4 5 6 7", "1 2 3 4 - a b c", "1 2 3 4 5 6 -", "- - - - - - -",
    "\u{0}\u{0}",
  ]) func otherLinesAreSkipped(_ text: String) { #expect(MountInfo.parse(text).isEmpty) }

  @Test func brokenEscapesStay() {
    let mounts = MountInfo.parse(#"1 2 3 / /a\0\999\04 rw - t"#)
    #expect(mounts.map(\.path) == [#"/a\0\999\04"#])
  }

  @Test(arguments: [
    ("net:[4026531840]", UInt64?.some(4_026_531_840)), ("mnt:[4026531840]", nil), ("net:[]", nil),
    ("net:[x]", nil), ("net:[1", nil), ("", nil),
  ]) func namespaces(_ root: String, _ inode: UInt64?) {
    #expect(NamespaceSurvey.namespaceInode(root) == inode)
  }
}
