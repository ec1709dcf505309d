print("modgap")
