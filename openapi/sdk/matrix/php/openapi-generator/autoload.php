<?php
// Loads the classes of the client in the folder of the first argument, as its composer.json says,
// and those of Guzzle where Debian has them. A warning ends the program.
declare(strict_types=1);

require 'GuzzleHttp/autoload.php';

set_error_handler(function (int $level, string $message, string $file, int $line): bool {
    throw new ErrorException($message, 0, $level, $file, $line);
});

spl_autoload_register(function (string $class) use ($argv): void {
    $prefix = 'OpenAPI\\Client\\';
    if (str_starts_with($class, $prefix)) {
        require $argv[1] . '/' . strtr(substr($class, strlen($prefix)), '\\', '/') . '.php';
    }
});
