@echo off
setlocal
set NODE_OPTIONS=
set NODE_PATH=
set NODE_V8_COVERAGE=
"%~dp0..\lib\dumpbench\node.exe" "%~dp0..\lib\dumpbench\out\cli\main.cjs" %*
