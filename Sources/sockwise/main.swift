print("sockwise")
