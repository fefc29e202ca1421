internal import JSON

extension RecordingFile: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    schema = try json.member("schema")
    tool = try json.member("tool")
    recorded = try json.member("recorded")
    anonymized = try json.member("anonymized")
    byteOrder = try json.member("byte_order")
    kernel = try json.member("kernel")
    namespace = try json.member("namespace")
    hostIsInitial = try json.member("host_is_initial")
    namespaces = try json.member("namespaces")
    namespacesGap = try json.member("namespaces_gap")
    socketTables = try json.member("socket_tables")
    closeWaits = try json.member("close_waits")
    interfaces = try json.member("interfaces")
    sampleSeconds = try json.member("sample_seconds")
    directories = try json.member("directories")
    absent = try json.member("absent")
    unreadable = try json.member("unreadable")
    // Older versions did not tell.
    notFiles = (try json.member("not_files") as [RecordedFailure]?) ?? []
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("schema", schema)
      writer.member("tool", tool)
      writer.member("recorded", recorded)
      writer.member("anonymized", anonymized)
      writer.member("byte_order", byteOrder)
      writer.member("kernel", kernel)
      writer.member("namespace", namespace)
      writer.member("host_is_initial", hostIsInitial)
      writer.member("namespaces", namespaces)
      writer.member("namespaces_gap", namespacesGap)
      writer.member("socket_tables", socketTables)
      writer.member("close_waits", closeWaits)
      writer.member("interfaces", interfaces)
      writer.member("sample_seconds", sampleSeconds)
      writer.member("directories", directories)
      writer.member("absent", absent)
      writer.member("unreadable", unreadable)
      writer.member("not_files", notFiles)
    }
  }
}

extension RecordedNamespace: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    inode = try json.member("inode")
    name = try json.member("name")
    kind = try json.member("kind")
    isPID1 = try json.member("is_pid1")
    isInitial = try json.member("is_initial")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("inode", inode)
      writer.member("name", name)
      writer.member("kind", kind)
      writer.member("is_pid1", isPID1)
      writer.member("is_initial", isInitial)
    }
  }
}

extension RecordedEntry: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    inode = try json.member("inode")
    name = try json.member("name")
    kind = try json.member("kind")
    audited = try json.member("audited")
    reason = try json.member("reason")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("inode", inode)
      writer.member("name", name)
      writer.member("kind", kind)
      writer.member("audited", audited)
      writer.member("reason", reason)
    }
  }
}

extension RecordedTables: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    refusal = try json.member("refusal")
    refusals = try json.member("refusals")
    coverage = try json.member("coverage")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("refusal", refusal)
      writer.member("refusals", refusals)
      writer.member("coverage", coverage)
    }
  }
}

extension RecordedCoverage: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    absent = try json.member("absent")
    incomplete = try json.member("incomplete")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("absent", absent)
      writer.member("incomplete", incomplete)
    }
  }
}

extension RecordedFailure: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    path = try json.member("path")
    why = try json.member("why")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("path", path)
      writer.member("why", why)
    }
  }
}

extension RecordedReason: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    reason = try json.member("reason")
    grant = try json.member("grant")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("reason", reason)
      writer.member("grant", grant)
    }
  }
}

extension RecordedReading: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    value = try json.member("value")
    origin = try json.member("origin")
    absent = try json.member("absent")
    unavailable = try json.member("unavailable")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("value", value)
      writer.member("origin", origin)
      writer.member("absent", absent)
      writer.member("unavailable", unavailable)
    }
  }
}

extension RecordedOrigin: JSONConvertible {
  init(_ json: JSON) throws(JSONError) {
    file = try json.member("file")
    dump = try json.member("dump")
    standard = try json.member("default")
    derived = try json.member("derived")
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("file", file)
      writer.member("dump", dump)
      writer.member("default", standard)
      writer.member("derived", derived)
    }
  }
}
