@echo off
"%~dp0..\lib\dumpbench\node.exe" "%~dp0..\lib\dumpbench\out\cli\main.cjs" %*
