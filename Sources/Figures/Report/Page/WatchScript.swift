/// While a config is watched: which page is the newest, beside `report.html`.
package let watchedFile = "report-version.js"

/// - Parameter version: differs for each page that is written.
package func watchedVersion(_ version: String) -> String { "modgapVersion(\"\(version)\");\n" }

/// Loads the file each second and the page again when its version changes; the browser keeps the place on the page.
let watchScript: HTML = #"""

  let version = null;
  window.modgapVersion = newest => {
    if (version !== null && newest !== version) location.reload();
    version = newest;
  };
  setInterval(() => {
    const script = document.createElement("script");
    script.onload = script.onerror = () => script.remove();
    script.src = "report-version.js?" + Date.now();
    document.head.append(script);
  }, 1000);
  """#
