<?php
// Loads every class of the client.
declare(strict_types=1);

require __DIR__ . '/autoload.php';

foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($argv[1])) as $file) {
    if ($file->isFile()) {
        $name = strtr(substr($file->getPathname(), strlen($argv[1]) + 1, -strlen('.php')), '/', '\\');
        new ReflectionClass('OpenAPI\\Client\\' . $name);
    }
}
