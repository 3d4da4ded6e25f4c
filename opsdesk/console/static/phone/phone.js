/* Progressive: every page works without this file. ES5 on purpose, for old WebViews. */
(function () {
  "use strict";
  var forms = document.getElementsByTagName("form"), i;
  function once(event) { /* a second tap on a slow line sends nothing twice; the server would not mind either */
    if (this.getAttribute("data-sent")) { event.preventDefault(); return; }
    this.setAttribute("data-sent", "1");
    var form = this;
    setTimeout(function () { form.removeAttribute("data-sent"); }, 8000);
  }
  for (i = 0; i < forms.length; i++) { forms[i].addEventListener("submit", once); }

  var address = document.getElementById("address");
  if (address) { address.addEventListener("focus", function () { address.select(); }); }

  var report = document.getElementById("report");
  if (!report) { return; }

  /* Photos: made smaller here, sent one by one, each tried four times. */
  var chosen = document.getElementById("photos"), progress = document.getElementById("progress");
  var SIDE = 1600, TRIES = 4, busy = false;
  function smaller(file, then) {
    var url = window.URL && URL.createObjectURL ? URL.createObjectURL(file) : "", picture = new Image();
    if (!url) { then(file); return; }
    picture.onerror = function () { then(file); };
    picture.onload = function () {
      var most = Math.max(picture.width, picture.height), share = Math.min(1, SIDE / most);
      var canvas = document.createElement("canvas");
      if (share === 1 && file.size < 400000 || !canvas.toBlob) { then(file); return; }
      canvas.width = Math.round(picture.width * share);
      canvas.height = Math.round(picture.height * share);
      canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(function (blob) { URL.revokeObjectURL(url); then(blob || file); }, "image/jpeg", 0.8);
    };
    picture.src = url;
  }
  function send(blob, tries, good, bad) {
    var data = new FormData(), request = new XMLHttpRequest();
    data.append("csrfmiddlewaretoken", report.elements.csrfmiddlewaretoken.value);
    data.append("photo", blob, "photo.jpg");
    request.open("POST", report.getAttribute("data-send"));
    request.timeout = 90000;
    request.onload = function () {
      if (request.status === 200) { good(); return; }
      var said = "";
      try { said = JSON.parse(request.responseText).message; } catch (why) { said = ""; }
      if (request.status >= 500 && tries > 1) { again(); } else { bad(said); }
    };
    function again() {
      if (tries > 1) { setTimeout(function () { send(blob, tries - 1, good, bad); }, (TRIES - tries + 1) * 3000); } else { bad(""); }
    }
    request.onerror = request.ontimeout = again;
    request.send(data);
  }
  function sendAll(files, at, then) {
    if (at >= files.length) { then(""); return; }
    progress.textContent = progress.getAttribute("data-busy") + " " + (files.length - at);
    smaller(files[at], function (blob) {
      send(blob, TRIES, function () { sendAll(files, at + 1, then); },
        function (said) { then(said || progress.getAttribute("data-failed")); });
    });
  }
  if (chosen && window.FormData && window.XMLHttpRequest) {
    chosen.addEventListener("change", function () {
      if (busy || !chosen.files.length) { return; }
      busy = true;
      var typed = document.getElementById("serial_number").value, files = Array.prototype.slice.call(chosen.files);
      sendAll(files, 0, function (said) {
        busy = false;
        chosen.value = "";
        if (said) { progress.textContent = said; progress.className = "said error"; return; }
        try { sessionStorage.setItem("serial" + location.pathname, typed); } catch (why) { typed = ""; }
        location.reload();
      });
    });
    report.addEventListener("submit", function (event) { if (busy) { event.preventDefault(); } });
    try {
      var kept = sessionStorage.getItem("serial" + location.pathname), serial = document.getElementById("serial_number");
      if (kept && !serial.value) { serial.value = kept; }
      sessionStorage.removeItem("serial" + location.pathname);
    } catch (why) { /* no storage: the server keeps what was sent */ }
  }

  /* Signature: drawn with a finger; what is drawn goes into a hidden field. */
  var pad = document.getElementById("pad"), drawing = document.getElementById("drawing"), wipe = document.getElementById("wipe");
  if (!pad || !pad.getContext) { return; }
  var pen = pad.getContext("2d"), down = false;
  function clean() { pen.fillStyle = "#fff"; pen.fillRect(0, 0, pad.width, pad.height); drawing.value = ""; }
  function place(event) {
    var touch = event.touches && event.touches[0] || event, box = pad.getBoundingClientRect();
    return [(touch.clientX - box.left) * pad.width / box.width, (touch.clientY - box.top) * pad.height / box.height];
  }
  function start(event) { event.preventDefault(); down = true; var at = place(event); pen.beginPath(); pen.moveTo(at[0], at[1]); }
  function move(event) { if (!down) { return; } event.preventDefault(); var at = place(event); pen.lineTo(at[0], at[1]); pen.stroke(); }
  function end() { if (down) { down = false; drawing.value = pad.toDataURL("image/png"); } }
  pad.hidden = wipe.hidden = false;
  pen.lineWidth = 4; pen.lineCap = pen.lineJoin = "round"; pen.strokeStyle = "#111827";
  clean();
  pad.addEventListener("touchstart", start); pad.addEventListener("touchmove", move);
  pad.addEventListener("mousedown", start); pad.addEventListener("mousemove", move);
  window.addEventListener("touchend", end); window.addEventListener("mouseup", end);
  wipe.addEventListener("click", clean);
})();
