// Runs before the first paint: says that scripts are on, and puts back the theme the visitor chose.
(function (root) {
  root.classList.add("js");
  try {
    var theme = localStorage.getItem("meetup-theme");
    if (theme === "light" || theme === "dark") root.setAttribute("data-bs-theme", theme);
  } catch (e) { /* storage is off: the system's theme stays */ }
})(document.documentElement);
